# shellcheck shell=bash disable=SC2034
# Sourced by the scripts that build a release, in the project's directory. packages() needs tests/setup.sh.

version=$(sed -n "s/^ *version: '\(.*\)',$/\1/p" meson.build)
project_url=$(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml) # empty without such a line

# The time of all files in a release: that of the commit, as in a source tarball.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y meson.build)}"
export SOURCE_DATE_EPOCH

# pack FILE DIRECTORY NAME: packs DIRECTORY/NAME as a tar archive that has the same bytes on every machine.
pack() {
    chmod -R u=rwX,go=rX "$2/$3" &&
        tar -c --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$2" "$3" | gzip -9n >"$1"
}

# packages NAME...: installs them. ./release builds twice at the same time, and apt has one lock.
packages() {
    (flock 9 && install "$@") 9</var/lib/dpkg || exit 1
}

# What ./release builds.
: "${TARGETS=x86_64-unknown-linux-musl aarch64-unknown-linux-musl armv7-unknown-linux-musleabihf i686-unknown-linux-musl
    riscv64gc-unknown-linux-musl powerpc64le-unknown-linux-musl s390x-unknown-linux-musl}"
: "${SUITES=bookworm trixie}"
: "${ARCHIVES=Debian Debian-Security}" # the labels of the archives that the sources come from
