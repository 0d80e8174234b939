//! Compiles the C files for `cargo install`. Reads the lists of files, the flags, the libraries and the version from the
//! meson.build files, so that they are in one place. Warnings are not enabled, because they are for developers.

use std::path::{Path, PathBuf};
use std::process::{exit, Command};
use std::{env, fs};

/// A name of pkg-config or a program, and the packages of Debian, Fedora and Alpine that have it.
const PACKAGES: &[(&str, &str, &str, &str)] = &[
    ("a C compiler", "gcc libc6-dev", "gcc", "build-base"),
    ("jansson", "libjansson-dev", "jansson-devel", "jansson-dev"),
    ("libbsd", "libbsd-dev", "libbsd-devel", "libbsd-dev"),
    ("libcrypto", "libssl-dev", "openssl-devel", "openssl-dev"),
    ("libcurl", "libcurl4-openssl-dev", "libcurl-devel", "curl-dev"),
    ("libgit2", "libgit2-dev", "libgit2-devel", "libgit2-dev"),
    ("libsecret-1", "libsecret-1-dev", "libsecret-devel", "libsecret-dev"),
    ("pkg-config", "pkgconf", "pkgconf-pkg-config", "pkgconf"),
];

fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    exit(1);
}

/// Reports that something is not installed, and exits. `need` is a name in PACKAGES, `version` is empty or ">=1.2".
fn missing(need: &str, version: &str, for_what: &str) -> ! {
    let mut message = format!("{for_what} needs {need}{version}");
    if let Some((_, debian, fedora, alpine)) = PACKAGES.iter().find(|row| row.0 == need) {
        message += &format!(
            ". To install it:\n  Debian, Ubuntu: apt-get install {debian}\n  \
             Fedora: dnf install {fedora}\n  Alpine: apk add {alpine}"
        );
    }
    fail(&message)
}

/// A meson.build file without its comments.
fn meson(path: &str) -> String {
    println!("cargo:rerun-if-changed={path}");
    let text = fs::read_to_string(path).unwrap_or_else(|error| fail(&format!("{path}: {error}")));
    let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    code.map(|line| format!("{line}\n")).collect()
}

/// The strings in a part of a meson.build file.
fn strings(part: &str) -> impl Iterator<Item = &str> {
    part.split('\'').skip(1).step_by(2)
}

fn sources(directory: &str, part: &str) -> Vec<String> {
    strings(part).filter(|word| word.ends_with(".c")).map(|word| format!("{directory}/{word}")).collect()
}

/// The names of pkg-config in a part of a meson.build file, each with its oldest version (">=1.2") or with "".
fn dependencies(part: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for call in part.split("dependency('").skip(1) {
        let call = &call[..call.find(')').unwrap()];
        let name = call.split('\'').next().unwrap();
        let version = call.split("version: '").nth(1).map_or("", |rest| rest.split('\'').next().unwrap());
        if !["jansson", "threads"].contains(&name) && !found.iter().any(|old| old.0 == name) {
            found.push((name, version));
        }
    }
    found
}

/// What `pkg-config --cflags --libs` prints for a library of a feature.
fn pkg_config(name: &str, version: &str, feature: &str) -> Vec<String> {
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    let for_what = format!("the feature `{feature}`");
    match Command::new(program).args(["--cflags", "--libs", &format!("{name}{}", version.replace(">=", " >= "))]).output() {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).split_whitespace().map(String::from).collect()
        }
        Ok(_) => missing(name, version, &for_what),
        Err(_) => missing("pkg-config", "", &for_what),
    }
}

/// The compiler with the flags that all files share. `top` is the text of the first meson.build.
fn compiler(top: &str, version: &str) -> cc::Build {
    let mut build = cc::Build::new();
    build.cargo_metadata(false).warnings(false).include("src").include("helper");
    build.define("_GNU_SOURCE", None).define("_FILE_OFFSET_BITS", "64");
    build.define("VERSION", format!("\"{version}\"").as_str());
    for flag in strings(top).filter(|word| word.starts_with("-f")) {
        build.flag_if_supported(flag);
    }
    for standard in strings(top).filter_map(|word| word.strip_prefix("c_std=")) {
        build.flag(&format!("-std={standard}"));
    }
    if env::var("OPT_LEVEL").map_or(false, |level| level != "0") {
        build.flag("-U_FORTIFY_SOURCE").define("_FORTIFY_SOURCE", "3");
    }
    build
}

struct Build {
    compiler: cc::Build,
    link: Vec<String>,
}

impl Build {
    /// Compiles files to an archive and returns its path.
    fn archive(&self, name: &str, mut build: cc::Build, files: &[String]) -> String {
        if let Err(error) = build.files(files).try_compile(name) {
            fail(&format!("could not compile cargo-logout: {error}"));
        }
        format!("{}/lib{name}.a", env::var("OUT_DIR").unwrap())
    }

    /// What the compiler prints for an option, if it is a file.
    fn compiler_file(&self, option: &str) -> Option<String> {
        let output = self.compiler.get_compiler().to_command().arg(option).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?.trim().to_string();
        (path.contains('/') && Path::new(&path).exists()).then(|| path)
    }

    fn check_compiler(&self) {
        let works = self.compiler.get_compiler().to_command().arg("--version").output();
        if !works.map_or(false, |output| output.status.success()) {
            missing("a C compiler", "", "cargo-logout");
        }
    }

    /// How to link jansson: its archive if there is one.
    fn jansson(&self) -> String {
        let source = PathBuf::from(env::var("OUT_DIR").unwrap()).join("jansson.c");
        fs::write(&source, "#include <jansson.h>\n").unwrap();
        let found = self.compiler.get_compiler().to_command().arg("-fsyntax-only").arg(&source).output();
        if !found.map_or(false, |output| output.status.success()) {
            missing("jansson", "", "cargo-logout");
        }
        self.compiler_file("-print-file-name=libjansson.a").unwrap_or_else(|| "-ljansson".into())
    }

    /// Links a program: rustc itself passes no C library, and no library of the compiler that comes after the archives.
    fn program(&self, name: &str, libraries: &[String]) {
        let runtime = self.compiler_file("-print-libgcc-file-name");
        for word in self.link.iter().chain(libraries).chain(&["-lc".to_string()]).chain(&runtime) {
            println!("cargo:rustc-link-arg-bin={name}={word}");
        }
    }

    fn helper(&self, helper: &Helper, base: &str, jansson: &str) {
        let mut build = self.compiler.clone();
        let mut libraries = Vec::new();
        for word in &helper.words {
            if word.starts_with("-L") || word.starts_with("-l") || word.starts_with("-Wl,") {
                libraries.push(word.clone());
            } else {
                build.flag(word);
            }
        }
        let url = env::var("CARGO_PKG_REPOSITORY").unwrap();
        if helper.feature == "revoke" && !url.is_empty() {
            build.define("PROJECT_URL", format!("\"{url}\"").as_str());
        }
        let archive = self.archive(helper.feature, build, &helper.files);
        libraries.splice(0..0, [archive, base.into(), jansson.into()]);
        self.program(helper.program, &libraries);
    }
}

struct Helper {
    feature: &'static str,
    program: &'static str,
    files: Vec<String>,
    /// What pkg-config prints for its libraries.
    words: Vec<String>,
}

/// The helper of a feature, if the feature is enabled. Exits if a library is missing.
fn helper_of(feature: &'static str, program: &'static str) -> Option<Helper> {
    let text = meson("helper/meson.build");
    let start = text.find(&format!("get_option('{feature}')")).unwrap();
    let part = &text[start..start + text[start..].find("\nendif").unwrap()];
    env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase()))?;
    let words = dependencies(part).into_iter().flat_map(|(name, version)| pkg_config(name, version, feature)).collect();
    Some(Helper { feature, program, files: sources("helper", part), words })
}

fn main() {
    if env::var("CARGO_CFG_TARGET_OS").unwrap() != "linux" {
        fail("cargo-logout works only on Linux");
    }
    let top = meson("meson.build");
    let version = env::var("CARGO_PKG_VERSION").unwrap();
    if !top.contains(&format!("version: '{version}'")) {
        fail(&format!("Cargo.toml has version {version}, meson.build has another one"));
    }
    let link = strings(&top).filter(|word| word.starts_with("-Wl,")).map(String::from).collect();
    let build = Build { compiler: compiler(&top, &version), link };
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=helper");
    println!("cargo:rerun-if-env-changed=CC");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG");
    build.check_compiler();
    let jansson = build.jansson();
    let helpers = [helper_of("revoke", "cargo-logout-revoke"), helper_of("libsecret", "cargo-credential-libsecret")];

    let mut compiler = build.compiler.clone();
    compiler.define("HELPER_DIR", "\"/usr/local/libexec/cargo-logout\"").define("HELPER_OPTION", "\"--features %s\"");
    let base = build.archive("base", compiler, &sources("src", &meson("src/meson.build")));
    let main = build.archive("main", build.compiler.clone(), &["src/cli/main.c".to_string()]);
    for name in ["cargo-logout", "cargo-logoff"] {
        build.program(name, &[main.clone(), base.clone(), jansson.clone()]);
    }
    for helper in helpers.iter().flatten() {
        build.helper(helper, &base, &jansson);
    }
}
