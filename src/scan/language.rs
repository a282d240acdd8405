//! Which language a file is in: by its name, its suffix and, where it has none, its shebang.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use tokei::LanguageType;

/// A language by `tokei`'s table, or unknown text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(pub Option<LanguageType>);

impl Language {
    /// Text in no language that `tokei` knows.
    pub const UNKNOWN: Self = Self(None);

    /// The language by the file's name, suffix and, where it has no suffix, shebang, `head` being at least the first 256
    /// bytes of the file.
    pub fn of_file(name: &str, head: &[u8]) -> Self {
        let name = name.to_lowercase();
        let by_name = Self::of_lower_name(&name);
        if by_name == Self::UNKNOWN && suffix(&name).is_none() || AMBIGUOUS_NAMES.contains(&&*name) {
            return Self(Self::of_shebang(&head[..head.len().min(SHEBANG_BYTES)]).0.or(by_name.0));
        }
        by_name
    }

    /// The language by the file's name and suffix, where no content can change it.
    pub fn of_name_alone(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let by_name = Self::of_lower_name(&name);
        (by_name != Self::UNKNOWN && !AMBIGUOUS_NAMES.contains(&&*name)).then_some(by_name)
    }

    /// The language by the file's name and suffix alone.
    pub fn of_name(name: &str) -> Self {
        Self::of_lower_name(&name.to_lowercase())
    }

    /// The language by the first line of a script, `text` being at least its first 256 bytes.
    pub fn of_shebang(text: &[u8]) -> Self {
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let Some(command) = std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("#!")) else {
            return Self::UNKNOWN;
        };
        let mut words = command.split_whitespace();
        let mut program = words.next().map_or("", base_name);
        if program == "env" {
            // `env -S python3 -u`, `env -Spython3` and `env NAME=value python3`.
            program = words
                .map(|word| word.strip_prefix("-S").unwrap_or(word))
                .find(|word| !word.is_empty() && !word.starts_with('-') && !word.contains('='))
                .map_or("", base_name);
        }
        let unversioned = program.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.' || char == '-');
        let find = |program| INTERPRETERS.iter().find(|(names, _)| names.contains(&program));
        Self(find(program).or_else(|| find(unversioned)).map(|&(_, language)| language))
    }

    /// The language's name as `tokei` prints it, or `"Text"`.
    pub fn name(self) -> &'static str {
        self.0.map_or("Text", LanguageType::name)
    }

    /// The language of this name.
    pub fn named(name: &str) -> Self {
        // `tokei` takes the names of its variants too, and calls the variant `Text` "Plain Text".
        Self(LanguageType::from_name(name).filter(|language| language.name() == name))
    }

    fn of_lower_name(name: &str) -> Self {
        if let Some((_, language)) = NAMES.iter().find(|(names, _)| names.contains(&name)) {
            return Self(Some(*language));
        }
        if name.ends_with(".blade.php") {
            return Self(Some(LanguageType::Blade));
        }
        let by_suffix = suffix(name).and_then(|suffix| suffixes().get(suffix).copied());
        // `Dockerfile.dev`, `Makefile.win`; but `Makefile.am` and `dockerfile.py` have suffixes that say more.
        let by_stem = || NAMES_WITH_ANY_SUFFIX.iter().find(|(stem, _)| name.starts_with(stem));
        Self(by_suffix.or_else(|| by_stem().map(|&(_, language)| language)))
    }
}

/// So much of a file is enough for a shebang.
const SHEBANG_BYTES: usize = 256;

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What follows the last dot; a dot in front makes a hidden file, not a suffix.
fn suffix(name: &str) -> Option<&str> {
    let dot = name.rfind('.')?;
    (dot > 0).then(|| &name[dot + 1..])
}

fn suffixes() -> &'static FxHashMap<&'static str, LanguageType> {
    static SUFFIXES: OnceLock<FxHashMap<&'static str, LanguageType>> = OnceLock::new();
    SUFFIXES.get_or_init(|| {
        let mut suffixes = FxHashMap::default();
        for (language, extensions) in LanguageType::list() {
            for extension in *extensions {
                suffixes.entry(*extension).or_insert(*language);
            }
        }
        for (extensions, language) in MORE_SUFFIXES {
            for extension in *extensions {
                suffixes.entry(*extension).or_insert(*language);
            }
        }
        suffixes
    })
}

use LanguageType as L;

/// Names that programs other than the language's use too: a shebang outweighs them.
const AMBIGUOUS_NAMES: &[&str] = &["build", "workspace", "module"];

/// Whole names in lower case: `tokei`'s, which it does not give away, and below the line ours.
const NAMES: &[(&[&str], LanguageType)] = &[
    (&["build", "workspace", "module"], L::Bazel),
    (&["cmakelists.txt"], L::CMake),
    (&["dockerfile"], L::Dockerfile),
    (&["justfile"], L::Just),
    (&["gnumakefile", "makefile"], L::Makefile),
    (&["meson.build", "meson_options.txt"], L::Meson),
    (&["nuget.config", "packages.config", "nugetdefaults.config"], L::NuGetConfig),
    (&["pkgbuild"], L::PacmanMakepkg),
    (&["rakefile"], L::Rakefile),
    (&["sconstruct", "sconscript"], L::Scons),
    (&["snakefile"], L::Snakemake),
    // ---
    (&["buck", "tiltfile"], L::Bazel),
    (&["containerfile", ".dockerignore"], L::Dockerfile),
    (&[".justfile"], L::Just),
    (&["meson.options"], L::Meson),
    (&["wscript"], L::Python),
    (&["gemfile", "vagrantfile", "podfile", "brewfile", "guardfile", "fastfile", "capfile", "dangerfile"], L::Ruby),
    (&["jenkinsfile"], L::Groovy),
    (&["pipfile", "cargo.lock", "poetry.lock", "uv.lock", "pdm.lock"], L::Toml),
    (&["pipfile.lock", "composer.lock", "flake.lock", "deno.lock", "bun.lock"], L::Json),
    (&[".babelrc", ".eslintrc", ".jshintrc", ".prettierrc", ".swcrc"], L::Json),
    (&[".editorconfig", ".gitconfig", ".npmrc", ".coveragerc", ".pylintrc"], L::Ini),
    (&[".clang-format", ".clang-tidy", ".clangd", ".yamllint"], L::Yaml),
    (&[".bashrc", ".bash_profile", ".bash_aliases", ".bash_logout", ".envrc"], L::Bash),
    (&[".zshrc", ".zshenv", ".zprofile"], L::Zsh),
    (&[".profile"], L::Sh),
    (&[".vimrc", "vimrc"], L::VimScript),
    (&[".emacs"], L::Elisp),
];

const NAMES_WITH_ANY_SUFFIX: &[(&str, LanguageType)] = &[
    ("dockerfile.", L::Dockerfile),
    ("containerfile.", L::Dockerfile),
    ("makefile.", L::Makefile),
    ("jenkinsfile.", L::Groovy),
];

/// Suffixes in lower case that `tokei` lacks.
const MORE_SUFFIXES: &[(&[&str], LanguageType)] = &[
    (&["pyt", "py3", "wsgi"], L::Python),
    (&["es6", "es", "jsm"], L::JavaScript),
    (&["jsonc", "json5", "geojson", "webmanifest", "topojson"], L::Json),
    (&["star", "starlark"], L::Bazel),
    (&["gradle"], L::Groovy),
    (&["sbt"], L::Scala),
    (&["gemspec", "podspec", "ru", "rbi", "rbw", "rabl"], L::Ruby),
    (&["phtml", "php3", "php4", "php5"], L::Php),
    (&["h++"], L::CppHeader),
    (&["cuh"], L::Cuda),
    (&["xhtml"], L::Html),
    (&["xsd", "wsdl", "plist", "storyboard", "xib", "rss", "atom"], L::Xml),
    (&["mkd", "mdown", "mdwn"], L::Markdown),
    (&["t"], L::Perl),
    (&["nimble", "nims"], L::Nim),
    (&["bats"], L::Bash),
    (&["command"], L::Sh),
];

/// Programs that run scripts, without the digits that end their names.
const INTERPRETERS: &[(&[&str], LanguageType)] = &[
    // `uv run --script`, `pipx run`
    (&["python", "pypy", "ipython", "uv", "pipx", "sage"], L::Python),
    (&["node", "nodejs", "zx", "qjs", "rhino", "gjs"], L::JavaScript),
    (&["deno", "ts-node", "ts-node-esm", "ts-node-script", "tsx", "bun"], L::TypeScript),
    (&["rust-script", "cargo", "run-cargo-script"], L::Rust),
    (&["sh", "dash", "ash"], L::Sh),
    (&["bash", "bats"], L::Bash),
    (&["zsh"], L::Zsh),
    (&["ksh", "mksh", "pdksh"], L::Ksh),
    (&["fish"], L::Fish),
    (&["csh", "tcsh"], L::CShell),
    (&["elvish"], L::Elvish),
    (&["nu"], L::Nushell),
    (&["pwsh", "powershell"], L::PowerShell),
    (&["awk", "gawk", "mawk", "nawk"], L::AWK),
    (&["perl"], L::Perl),
    (&["raku", "perl6"], L::Raku),
    (&["ruby", "jruby"], L::Ruby),
    (&["crystal"], L::Crystal),
    (&["php"], L::Php),
    (&["lua", "luajit"], L::Lua),
    (&["Rscript", "r"], L::R),
    (&["tclsh", "wish", "expect"], L::Tcl),
    (&["groovy"], L::Groovy),
    (&["scala", "scala-cli", "amm"], L::Scala),
    (&["kotlin", "kotlinc", "kscript"], L::Kotlin),
    (&["java", "jbang"], L::Java),
    (&["swift"], L::Swift),
    (&["dart"], L::Dart),
    (&["elixir"], L::Elixir),
    (&["escript"], L::Erlang),
    (&["runhaskell", "runghc", "stack"], L::Haskell),
    (&["ocaml", "ocamlrun"], L::OCaml),
    (&["julia"], L::Julia),
    (&["racket"], L::Racket),
    (&["guile"], L::Scheme),
    (&["sbcl", "clisp", "ecl"], L::Lisp),
    (&["clojure", "bb"], L::Clojure),
    (&["make", "gmake"], L::Makefile),
    (&["just"], L::Just),
    (&["cython"], L::Cython),
    (&["jq"], L::Jq),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: impl Into<Option<LanguageType>>) {
        assert_eq!(Language::of_name(name).0, expect.into(), "{name}");
    }

    #[track_caller]
    fn check_script(text: &str, expect: impl Into<Option<LanguageType>>) {
        assert_eq!(Language::of_file("script", text.as_bytes()).0, expect.into(), "{text}");
    }

    #[test]
    fn names_agree_with_tokei() {
        let names = NAMES.iter().take_while(|(names, _)| names[0] != "buck");
        for name in names.flat_map(|(names, _)| *names) {
            check(name, LanguageType::from_path(name, &tokei::Config::default()));
        }
        for extension in LanguageType::list().iter().flat_map(|(_, extensions)| *extensions) {
            let name = format!("a.{extension}");
            check(&name, LanguageType::from_path(&name, &tokei::Config::default()));
        }
        check("A.PY", L::Python);
        check("view.blade.php", L::Blade);
    }

    #[test]
    fn names_that_users_expect() {
        for name in ["a.mts", "a.cts", "a.d.ts"] {
            check(name, L::TypeScript);
        }
        for name in ["a.mjs", "a.cjs", "a.min.js"] {
            check(name, L::JavaScript);
        }
        for name in ["a.pyi", "a.pyw", "a.py"] {
            check(name, L::Python);
        }
        check("BUILD.bazel", L::Bazel);
        check("CMakeLists.txt", L::CMake);
        check("Dockerfile.dev", L::Dockerfile);
        check("dev.Dockerfile", L::Dockerfile);
        check("Makefile", L::Makefile);
        check("Makefile.am", L::Automake);
        check("Gemfile", L::Ruby);
        check("build.gradle", L::Groovy);
        check("Cargo.lock", L::Toml);
        check(".gitignore", None);
        check("a.", None);
        check("LICENSE", None);
    }

    #[test]
    fn shebangs() {
        check_script("#!/usr/bin/env python3\n", L::Python);
        check_script("#!/usr/bin/env -S python3 -u\n", L::Python);
        check_script("#!/usr/bin/env -Spython3 -u\n", L::Python);
        check_script("#!/usr/bin/env A=b python3\n", L::Python);
        check_script("#!/usr/bin/python3.11", L::Python);
        check_script("#! /opt/bin/pypy3\r\n", L::Python);
        check_script("#!/usr/bin/env -S uv run --script\n", L::Python);
        check_script("#!/usr/bin/env node\n", L::JavaScript);
        check_script("#!/usr/bin/env ts-node\n", L::TypeScript);
        check_script("#!/usr/bin/env -S deno run\n", L::TypeScript);
        check_script("#!/usr/bin/env bun\n", L::TypeScript);
        check_script("#!/bin/sh -e\n", L::Sh);
        check_script("#!/usr/local/bin/bash\n", L::Bash);
        check_script("#!/usr/bin/perl6\n", L::Raku);
        check_script("#!/usr/bin/env\n", None);
        check_script("#!\n", None);
        check_script("", None);
        check_script("python3\n", None);
        check_script("#!/usr/bin/\u{fffd}\n", None);
    }

    #[test]
    fn a_shebang_outweighs_an_ambiguous_name() {
        assert_eq!(Language::of_file("build", b"#!/bin/bash\n").0, Some(L::Bash));
        assert_eq!(Language::of_file("build", b"cc_library()\n").0, Some(L::Bazel));
        assert_eq!(Language::of_file("build.py", b"#!/bin/bash\n").0, Some(L::Python));
    }
}
