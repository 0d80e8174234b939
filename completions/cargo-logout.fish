# fish completion for cargo-logout

# Prints the names of registries in cargo's files. It starts no program that could wait for a person or a network.
function __cargo_logout_registries
    set -l home $HOME/.cargo
    test -n "$CARGO_HOME"; and set home $CARGO_HOME
    set -l directory $PWD
    set -l files $home/{credentials,config}{.toml,} $directory/.cargo/config{.toml,}
    while string match -q '*/*' -- $directory
        set directory (string replace -r '/[^/]*$' '' -- $directory)
        set -a files $directory/.cargo/config{.toml,}
    end
    echo crates-io
    for file in $files
        test -f $file; and command sed -nE \
            -e '/^[[:space:]]*\[[[:space:]]*registries[[:space:]]*\]/,/^[[:space:]]*\[/s/^[[:space:]]*"?([[:alnum:]_-]+)"?[[:space:]]*[.=].*/\1/p' \
            -e 's/^[[:space:]]*\[?[[:space:]]*registries[[:space:]]*\.[[:space:]]*"?([[:alnum:]_-]+)"?[[:space:]]*[].=].*/\1/p' <$file 2>/dev/null
    end | sort -u
end

complete -c cargo-logout -f
complete -c cargo-logout -l registry -x -a '(__cargo_logout_registries)' -d 'Log out of this registry'
complete -c cargo-logout -l all -d 'Log out of all registries that are found'
complete -c cargo-logout -l everywhere -d 'Also remove tokens from configuration files'
complete -c cargo-logout -l revoke -d 'First revoke each token on its server'
complete -c cargo-logout -s n -l dry-run -d 'Show what would be done, and change nothing'
complete -c cargo-logout -l status -d 'List the credentials, and change nothing'
complete -c cargo-logout -l check -d 'With --status, also ask servers and credential providers'
complete -c cargo-logout -l copies -d 'Also search other files for copies of tokens'
complete -c cargo-logout -l strict -d 'Exit with status 2 if cargo can still use a credential'
complete -c cargo-logout -l message-format -x -a 'human json' -d 'Output format'
complete -c cargo-logout -s v -l verbose -d 'Show more details'
complete -c cargo-logout -s q -l quiet -d 'Show neither progress nor notes'
complete -c cargo-logout -l color -x -a 'auto always never' -d 'Coloring'
complete -c cargo-logout -l timeout -x -d 'Limit the network time of --revoke and --check'
complete -c cargo-logout -l config -r -F -d 'Override a configuration value'
complete -c cargo-logout -l offline -d 'Do not use the network'
complete -c cargo-logout -l frozen -d 'The same as --offline'
complete -c cargo-logout -l locked -d 'Accepted as by cargo, but has no effect'
complete -c cargo-logout -s h -l help -d 'Print help'
complete -c cargo-logout -s V -l version -d 'Print version'
