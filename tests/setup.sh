# shellcheck shell=sh disable=SC2034
# Sourced by ./run, ./test and ./bench in their directory: installs packages, and makes builds.

program=cargo-logout # in a build directory
python=/usr/bin/python3         # Debian's, which has pytest, whatever else is in PATH
build_packages="gcc libbsd-dev libc6-dev libcurl4-openssl-dev libgit2-dev libjansson-dev libsecret-1-dev libssl-dev meson ninja-build pkgconf"
test_packages="ansible-core binutils clang clang-format clang-tidy cppcheck dbus fish git gnome-keyring libcmocka-dev libglib2.0-bin
    librust-cc-dev libsecret-tools man-db mandoc openssl pkgconf pycodestyle python3 python3-gi python3-hypothesis
    python3-jsonschema python3-packaging python3-pytest python3-pytest-xdist python3-venv shellcheck strace twine util-linux valgrind
    yamllint zsh"
full_packages="btrfs-progs e2fsprogs iproute2 keepassxc libfuse3-dev openssh-server xdotool xfsprogs xvfb" # with --full
oracle_package=cargo-web # later Debians have a newer cargo
grep -qsE '^VERSION_CODENAME=(bookworm|trixie)$' /etc/os-release || oracle_package=cargo

# say TEXT: prints on stderr, because stdout belongs to the program.
say() {
    printf '%s\n' "$*" >&2
}

# missing PACKAGE...: prints those that are not installed.
missing() {
    command -v dpkg-query >/dev/null || return 0
    for package; do
        status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
        case $status in ii*) ;; *) printf '%s ' "$package" ;; esac
    done
}

# install PACKAGE...: installs the missing ones with apt.
install() {
    wanted=$(missing "$@")
    [ -n "$wanted" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        say "Some packages are missing. As root, run:"
        say "    apt-get install --no-install-recommends $wanted"
        exit 1
    fi
    say "Installing: $wanted"
    log=$(mktemp)
    # Failing to update the package index matters only if a package is then not found.
    # shellcheck disable=SC2086
    if ! { $as_root apt-get -qq update || true
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends --no-remove -y $wanted; } \
        </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        say "apt could not install them."
        exit 1
    fi
    rm "$log"
}

# install_oracle: installs a cargo to compare with, unless there is one. It must not replace a cargo that someone else installed.
install_oracle() {
    if ! "$python" tests/cli/oracle.py >/dev/null 2>&1; then
        [ -n "${CARGO-}" ] || install $oracle_package
        "$python" tests/cli/oracle.py >/dev/null || exit 1
    fi
}

# build DIRECTORY "MESON OPTIONS" [TARGET...]: sets up the directory with these options and builds. Prints output only if this fails.
build() {
    directory=$1
    options=$2
    shift 2
    log=$directory.log
    again=
    if [ -f "$directory/build.ninja" ]; then
        again=--reconfigure
    else
        say "Building in $directory ..."
    fi
    # shellcheck disable=SC2086
    meson setup $again "$directory" $options >"$log" 2>&1 || {
        cat "$log" >&2
        return 1
    }
    ninja -C "$directory" "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        return 1
    }
}

