# bash completion for cargo-logout

# Prints the names of registries in cargo's files, one a line. It starts no program that could wait for a person or a network,
# and prints only names that are one plain word: compgen would expand anything else.
_cargo_logout_registries() {
    local home=${CARGO_HOME:-$HOME/.cargo} directory=$PWD file files
    files=("$home"/{credentials,config}{.toml,} "$directory"/.cargo/config{.toml,})
    while [[ $directory == */* ]]; do
        directory=${directory%/*}
        files+=("$directory"/.cargo/config{.toml,})
    done
    {
        echo crates-io
        for file in "${files[@]}"; do
            [[ ! -f $file ]] || sed -nE \
                -e '/^[[:space:]]*\[[[:space:]]*registries[[:space:]]*\]/,/^[[:space:]]*\[/s/^[[:space:]]*"?([[:alnum:]_-]+)"?[[:space:]]*[.=].*/\1/p' \
                -e 's/^[[:space:]]*\[?[[:space:]]*registries[[:space:]]*\.[[:space:]]*"?([[:alnum:]_-]+)"?[[:space:]]*[].=].*/\1/p' <"$file"
        done
    } 2>/dev/null | sort -u
}

_cargo_logout() {
    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} words
    # readline splits --color=auto into three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    case $option in
    --registry) words=$(_cargo_logout_registries) ;;
    --color) words="auto always never" ;;
    --message-format) words="human json" ;;
    --config)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --timeout) return ;;
    *)
        words="--registry --all --everywhere --revoke -n --dry-run --status --check --copies --strict --message-format -v --verbose
            -q --quiet --color --timeout --config --offline --frozen --locked -h --help -V --version"
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _cargo_logout cargo-logout
