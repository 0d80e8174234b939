# bash completion for cargo-logout

# Names that have a credential. compgen expands its words, so a name that is more than a word is left out.
_cargo_logout_registries() {
    "$1" --status --message-format json 2>/dev/null </dev/null |
        sed -n 's/^{"reason":"credential","registry":"\([[:alnum:]_-]*\)".*/\1/p'
}

_cargo_logout() {
    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} words
    # readline makes three words of --color=auto
    if [[ $cur == = ]]; then
        cur=
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    case $option in
    --registry) words=$(_cargo_logout_registries "$1") ;;
    --color) words="auto always never" ;;
    --message-format) words="human json" ;;
    --config)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -Z) return ;;
    *)
        words="--all --everywhere --revoke --status -n --dry-run --strict --message-format --registry -v --verbose -q --quiet
            --color --config --locked --offline --frozen -Z -h --help -V --version"
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _cargo_logout cargo-logout
