# fish completion for cargo-logout

# Names that have a credential.
function __cargo_logout_registries
    set -l words (commandline -opc)
    $words[1] --status --message-format json 2>/dev/null </dev/null |
        string replace -rf '^\{"reason":"credential","registry":"([\w-]*)".*' '$1' | sort -u
end

complete -c cargo-logout -f
complete -c cargo-logout -l all -d 'Log out of all registries'
complete -c cargo-logout -l everywhere -d 'Remove tokens from configuration files too'
complete -c cargo-logout -l revoke -d 'Revoke tokens on the registry server before they are removed'
complete -c cargo-logout -l status -d 'Show where credentials are, and change nothing'
complete -c cargo-logout -s n -l dry-run -d 'Show what would be done, and do nothing'
complete -c cargo-logout -l strict -d 'Exit with 2 if anything still authenticates afterwards'
complete -c cargo-logout -l message-format -x -a 'human json' -d 'Output format'
complete -c cargo-logout -l registry -x -a '(__cargo_logout_registries)' -d 'Registry to use'
complete -c cargo-logout -s v -l verbose -d 'Use verbose output'
complete -c cargo-logout -s q -l quiet -d 'Do not print log messages'
complete -c cargo-logout -l color -x -a 'auto always never' -d 'Coloring'
complete -c cargo-logout -l config -r -F -d 'Override a configuration value'
complete -c cargo-logout -l locked -d 'Without effect'
complete -c cargo-logout -l offline -d 'Without effect, but not with --revoke'
complete -c cargo-logout -l frozen -d 'Without effect, but not with --revoke'
complete -c cargo-logout -s Z -x -d Refused
complete -c cargo-logout -s h -l help -d 'Print help'
complete -c cargo-logout -s V -l version -d 'Print version'
