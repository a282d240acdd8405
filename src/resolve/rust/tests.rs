use crate::resolve::testing::render;

/// Holds the resolution of `fixture` against `expect`, whatever the order.
#[track_caller]
fn check(fixture: &str, expect: &str) {
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(|line| line.trim().to_owned()).collect();
        lines.sort();
        lines.join("\n")
    };
    assert_eq!(sorted(&render(fixture)), sorted(expect));
}

const MANIFEST: &str = "//- Cargo.toml\n[package]\nname = \"app\"\nedition = \"2021\"\n";

/// A package `app` of edition 2021 with these files.
#[track_caller]
fn check_app(files: &str, expect: &str) {
    check(&format!("{MANIFEST}{files}"), expect);
}

#[test]
fn module_files() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\n//- src/a.rs\nmod c;\n//- src/a/c.rs\n//- src/b/mod.rs\nmod d;\n//- src/b/d.rs\n",
        "src/a.rs:1 -> src/a/c.rs (module)
         src/b/mod.rs:1 -> src/b/d.rs (module)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b/mod.rs (module)",
    );
}

#[test]
fn missing_module_file() {
    check_app("//- src/lib.rs\nmod gone;\n", "src/lib.rs:1 -> mod gone (unresolved: no file src/gone.rs)");
}

#[test]
fn path_attributes() {
    check_app(
        "//- src/lib.rs\n#[path = \"x/y.rs\"]\nmod a;\nmod i {\n    #[path = \"z.rs\"]\n    mod b;\n    mod c;\n}\n\
         //- src/x/y.rs\nmod beside;\n//- src/x/beside.rs\n//- src/i/z.rs\n//- src/i/c.rs\n",
        "src/lib.rs:2 -> src/x/y.rs (module)
         src/lib.rs:5 -> src/i/z.rs (module)
         src/lib.rs:6 -> src/i/c.rs (module)
         src/x/y.rs:1 -> src/x/beside.rs (module)",
    );
}

#[test]
fn path_in_cfg_attr_gives_every_file() {
    check_app(
        "//- src/lib.rs\n#[cfg_attr(unix, path = \"unix.rs\")]\n#[cfg_attr(windows, path = \"windows.rs\")]\nmod sys;\n\
         //- src/unix.rs\n//- src/windows.rs\n",
        "src/lib.rs:3 -> src/unix.rs (module)
         src/lib.rs:3 -> src/windows.rs (module)",
    );
}

#[test]
fn uses_lead_to_the_defining_file() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\nmod c;\n//- src/a.rs\npub use crate::b::Thing;\npub use crate::b::*;\n\
         //- src/b.rs\npub struct Thing;\npub fn other() {}\n\
         //- src/c.rs\nuse crate::a::Thing;\nuse crate::a::other as o;\nuse crate::a::{self, made_by_macro};\n",
        "src/a.rs:1 -> src/b.rs (re-export)
         src/a.rs:2 -> src/b.rs (re-export)
         src/c.rs:1 -> src/b.rs (runtime)
         src/c.rs:2 -> src/b.rs (runtime)
         src/c.rs:3 -> src/a.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b.rs (module)
         src/lib.rs:3 -> src/c.rs (module)",
    );
}

#[test]
fn globs_in_a_circle_end() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\n//- src/a.rs\npub use super::b::*;\nuse super::b::Gone;\n\
         //- src/b.rs\npub use super::a::*;\npub use super::a::Gone;\n",
        "src/a.rs:1 -> src/b.rs (re-export)
         src/a.rs:2 -> src/b.rs (runtime)
         src/b.rs:1 -> src/a.rs (re-export)
         src/b.rs:2 -> src/a.rs (re-export)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b.rs (module)",
    );
}

#[test]
fn names_through_a_glob_count_where_they_are_used() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\nmod t;\nuse a::Used;\nuse b::Unused;\n//- src/a.rs\npub struct Used;\n\
         //- src/b.rs\npub struct Unused;\n//- src/t.rs\nuse super::*;\nfn f(_: Used) {}\n",
        "src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b.rs (module)
         src/lib.rs:3 -> src/t.rs (module)
         src/lib.rs:4 -> src/a.rs (runtime)
         src/lib.rs:5 -> src/b.rs (runtime)
         src/t.rs:1 -> src/lib.rs (runtime)
         src/t.rs:2 -> src/a.rs (runtime)",
    );
}

#[test]
fn qualified_paths_in_code_and_macros() {
    check_app(
        "//- src/main.rs\nmod a;\nmod b;\nmod c;\nmod d;\nfn main() {\n    a::run();\n    println!(\"{}\", b::VALUE);\n    \
         let _: c::Type = Default::default();\n    vec![d::Thing::new(), unknown::x()];\n    unknown::y();\n}\n\
         //- src/a.rs\npub fn run() {}\n//- src/b.rs\n//- src/c.rs\n//- src/d.rs\n",
        "src/main.rs:1 -> src/a.rs (module)
         src/main.rs:2 -> src/b.rs (module)
         src/main.rs:3 -> src/c.rs (module)
         src/main.rs:4 -> src/d.rs (module)
         src/main.rs:6 -> src/a.rs (runtime)
         src/main.rs:7 -> src/b.rs (runtime)
         src/main.rs:8 -> src/c.rs (runtime)
         src/main.rs:9 -> src/d.rs (runtime)",
    );
}

#[test]
fn blocks_have_imports_of_their_own() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\n//- src/a.rs\npub mod inner { pub fn f() {} }\n\
         //- src/b.rs\nfn f() {\n    use crate::a::inner as x;\n    x::f();\n}\nfn g() {\n    x::f();\n}\n",
        "src/b.rs:2 -> src/a.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b.rs (module)",
    );
}

#[test]
fn items_within_macro_calls() {
    check_app(
        "//- src/lib.rs\ncfg_if! {\n    if #[cfg(unix)] {\n        mod a;\n        pub use a::Thing;\n    } else {\n        \
         mod b;\n    }\n}\n//- src/a.rs\npub struct Thing;\n//- src/b.rs\nuse crate::Thing;\n",
        "src/b.rs:1 -> src/a.rs (runtime)
         src/lib.rs:3 -> src/a.rs (module)
         src/lib.rs:4 -> src/a.rs (re-export)
         src/lib.rs:6 -> src/b.rs (module)",
    );
}

#[test]
fn exported_macros_live_at_the_root() {
    check_app(
        "//- src/lib.rs\n#[macro_use]\nmod m;\nmod a;\nmod b;\n//- src/m.rs\n#[macro_export]\nmacro_rules! mac { () => {} }\n\
         macro_rules! own { () => {} }\npub(crate) use own;\n//- src/a.rs\ncrate::mac!();\n//- src/b.rs\nuse crate::m::own;\n\
         //- src/main.rs\nuse app::mac;\n",
        "src/a.rs:1 -> src/m.rs (runtime)
         src/b.rs:1 -> src/m.rs (runtime)
         src/lib.rs:2 -> src/m.rs (module)
         src/lib.rs:3 -> src/a.rs (module)
         src/lib.rs:4 -> src/b.rs (module)
         src/main.rs:1 -> src/m.rs (runtime)",
    );
}

#[test]
fn targets_use_their_library() {
    check_app(
        "//- src/lib.rs\npub mod a;\n//- src/a.rs\n//- src/main.rs\nuse app::a;\n//- src/bin/x/main.rs\nmod y;\n\
         //- src/bin/x/y.rs\nuse crate::z;\n//- tests/t.rs\nmod common;\nuse app::a::Thing;\n\
         //- tests/common/mod.rs\nuse super::Helper;\n",
        "src/bin/x/main.rs:1 -> src/bin/x/y.rs (module)
         src/bin/x/y.rs:1 -> src/bin/x/main.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         src/main.rs:1 -> src/a.rs (runtime)
         tests/common/mod.rs:1 -> tests/t.rs (runtime)
         tests/t.rs:1 -> tests/common/mod.rs (module)
         tests/t.rs:2 -> src/a.rs (runtime)",
    );
}

#[test]
fn workspace_members_use_each_other() {
    check(
        "//- Cargo.toml\n[workspace]\nmembers = [\"*\"]\n[workspace.dependencies]\none = { path = \"one\" }\n\
         [workspace.package]\nedition = \"2021\"\n\
         //- one/Cargo.toml\n[package]\nname = \"one\"\nedition.workspace = true\n[lib]\nname = \"uno\"\n\
         //- one/src/lib.rs\npub mod m;\n//- one/src/m.rs\n\
         //- two/Cargo.toml\n[package]\nname = \"two\"\nedition = \"2021\"\n[dependencies]\none.workspace = true\n\
         again = { package = \"one\", path = \"../one\" }\nserde = \"1\"\n\
         three = \"1\"\n\
         //- two/src/lib.rs\nuse uno::m;\nuse again::m::X;\nuse serde::Serialize;\nuse three::x;\nuse nobody::y;\n\
         //- three/Cargo.toml\n[package]\nname = \"three\"\nedition = \"2021\"\n//- three/src/lib.rs\n",
        "one/src/lib.rs:1 -> one/src/m.rs (module)
         two/src/lib.rs:1 -> one/src/m.rs (runtime)
         two/src/lib.rs:2 -> one/src/m.rs (runtime)
         two/src/lib.rs:3 -> serde (external, runtime)
         two/src/lib.rs:4 -> three (external, runtime)
         two/src/lib.rs:5 -> nobody::y (unresolved: no module or dependency named nobody)",
    );
}

#[test]
fn patches_replace_versions() {
    check(
        "//- Cargo.toml\n[package]\nname = \"app\"\nedition = \"2021\"\n[dependencies]\ndep = \"1\"\n\
         [patch.crates-io]\ndep = { path = \"vendor/dep\" }\n//- src/lib.rs\nuse dep::X;\n\
         //- vendor/dep/Cargo.toml\n[package]\nname = \"dep\"\n//- vendor/dep/src/lib.rs\npub struct X;\n",
        "src/lib.rs:1 -> vendor/dep/src/lib.rs (runtime)",
    );
}

#[test]
fn an_edition_of_a_workspace_that_is_not_there_is_not_2015() {
    check(
        "//- Cargo.toml\n[package]\nname = \"member\"\nedition.workspace = true\n[dependencies]\nregex = \"1\"\n\
         //- src/lib.rs\npub use regex;\nmod a;\n//- src/a.rs\nuse regex::Regex;\n",
        "src/lib.rs:2 -> src/a.rs (module)
         src/a.rs:1 -> regex (external, runtime)
         src/lib.rs:1 -> regex (external, re-export)",
    );
}

#[test]
fn edition_2015_paths_start_at_the_root() {
    check(
        "//- Cargo.toml\n[package]\nname = \"old\"\n[dependencies]\nlibc = \"0.2\"\n\
         //- src/lib.rs\nextern crate libc;\nmod a;\nmod b;\n//- src/a.rs\nmod c;\npub fn f() { ::b::g() }\n\
         //- src/a/c.rs\nuse b::g;\nuse libc::c_int;\nuse std::fmt;\n//- src/b.rs\npub fn g() {}\n",
        "src/a.rs:1 -> src/a/c.rs (module)
         src/a.rs:2 -> src/b.rs (runtime)
         src/a/c.rs:1 -> src/b.rs (runtime)
         src/lib.rs:2 -> src/a.rs (module)
         src/lib.rs:3 -> src/b.rs (module)
         src/a/c.rs:2 -> libc (external, runtime)
         src/a/c.rs:3 -> std (external, runtime)
         src/lib.rs:1 -> libc (external, runtime)",
    );
}

#[test]
fn what_a_module_reexports_from_outside_is_its_own() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod prelude;\n//- src/prelude.rs\npub use std::fmt;\n\
         //- src/a.rs\nuse crate::prelude::fmt;\n",
        "src/a.rs:1 -> src/prelude.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/prelude.rs (module)
         src/prelude.rs:1 -> std (external, re-export)",
    );
}

#[test]
fn names_of_two_namespaces() {
    check_app(
        "//- src/lib.rs\nmod parse;\nuse parse::parse;\nmod a;\n//- src/parse.rs\npub fn parse() {}\npub struct P;\n\
         //- src/a.rs\nuse crate::parse::P;\n",
        "src/a.rs:1 -> src/parse.rs (runtime)
         src/lib.rs:1 -> src/parse.rs (module)
         src/lib.rs:2 -> src/parse.rs (runtime)
         src/lib.rs:3 -> src/a.rs (module)",
    );
}

#[test]
fn included_files_see_the_names_around_them() {
    check_app(
        "//- src/lib.rs\nmod a;\ninclude!(\"part.rs\");\nuse self::Part as P;\n//- src/part.rs\nuse a::X;\npub struct Part;\n\
         //- src/a.rs\npub struct X;\n",
        "src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/part.rs (runtime)
         src/lib.rs:3 -> src/part.rs (runtime)
         src/part.rs:1 -> src/a.rs (runtime)",
    );
}

#[test]
fn files_are_included_from_the_package_too() {
    check_app(
        "//- src/deep/mod.rs\npub mod made { include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/assets/made.rs\")); }\n\
         include!(concat!(env!(\"OUT_DIR\"), \"/assets/made.rs\"));\n\
         //- src/lib.rs\nmod deep;\nuse deep::made::Made;\n//- assets/made.rs\npub struct Made;\n",
        "src/deep/mod.rs:1 -> assets/made.rs (runtime)
         src/lib.rs:1 -> src/deep/mod.rs (module)
         src/lib.rs:2 -> assets/made.rs (runtime)",
    );
}

#[test]
fn orphans_belong_to_the_module_whose_directory_they_lie_in() {
    check_app(
        "//- src/lib.rs\nmod a;\n//- src/a.rs\npub struct X;\n//- src/a/lost.rs\nuse super::X;\nuse crate::a;\n\
         //- elsewhere/b.rs\nuse crate::gone::X;\nuse super::y;\n",
        "src/a/lost.rs:1 -> src/a.rs (runtime)
         src/a/lost.rs:2 -> src/a.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         elsewhere/b.rs:1 -> crate::gone::X (unresolved: no crate contains this file)
         elsewhere/b.rs:2 -> super::y (unresolved: there is no module above a crate's root)",
    );
}

#[test]
fn a_file_that_holds_itself_ends() {
    check_app(
        "//- src/lib.rs\n#[path = \"lib.rs\"]\nmod again;\nmod a;\n//- src/a.rs\n#[path = \"a.rs\"]\nmod b;\n\
         #[path = \"a.rs\"]\nmod c;\n",
        "src/lib.rs:3 -> src/a.rs (module)",
    );
}

#[test]
fn a_file_shared_by_two_crates() {
    check(
        "//- one/Cargo.toml\n[package]\nname = \"one\"\nedition = \"2021\"\n//- one/src/lib.rs\nmod s;\npub struct T;\n\
         //- one/src/s.rs\nuse crate::T;\n//- two/Cargo.toml\n[package]\nname = \"two\"\nedition = \"2021\"\n\
         //- two/src/lib.rs\n#[path = \"../../one/src/s.rs\"]\nmod s;\npub struct T;\n",
        "one/src/lib.rs:1 -> one/src/s.rs (module)
         one/src/s.rs:1 -> one/src/lib.rs (runtime)
         one/src/s.rs:1 -> two/src/lib.rs (runtime)
         two/src/lib.rs:2 -> one/src/s.rs (module)",
    );
}

#[test]
fn private_names_are_not_seen_from_outside() {
    check_app(
        "//- src/lib.rs\nmod a;\npub fn a() {}\n//- src/a.rs\n//- src/main.rs\nuse app::a;\n",
        "src/lib.rs:1 -> src/a.rs (module)
         src/main.rs:1 -> src/lib.rs (runtime)",
    );
}

#[test]
fn items_within_nested_macro_calls() {
    check_app(
        "//- src/lib.rs\ncfg_a! {\n    cfg_b! {\n        mod m;\n    }\n}\n\
         //- src/m.rs\ndoc! {\n    #[macro_export]\n    macro_rules! mac { () => {} }\n}\n//- src/main.rs\nuse app::mac;\n",
        "src/lib.rs:3 -> src/m.rs (module)
         src/main.rs:1 -> src/m.rs (runtime)",
    );
}

#[test]
fn macros_in_textual_scope() {
    check_app(
        "//- src/lib.rs\n#[macro_use]\nmod macros;\nmod a;\nmacro_rules! own { () => {} }\nmod closed;\n\
         //- src/macros.rs\n#[macro_use]\nmod more;\nmacro_rules! first { () => {} }\n\
         //- src/macros/more.rs\nmacro_rules! second { () => {} }\n\
         //- src/closed.rs\nmacro_rules! hidden { () => {} }\n\
         //- src/a.rs\nfn f() { first!(); }\nmod tests { fn g() { vec![second!()]; own! {} hidden!(); println!(); } }\n",
        "src/a.rs:1 -> src/macros.rs (runtime)
         src/a.rs:2 -> src/lib.rs (runtime)
         src/a.rs:2 -> src/macros/more.rs (runtime)
         src/lib.rs:2 -> src/macros.rs (module)
         src/lib.rs:3 -> src/a.rs (module)
         src/lib.rs:5 -> src/closed.rs (module)
         src/macros.rs:2 -> src/macros/more.rs (module)",
    );
}

#[test]
fn macros_reexported_by_use() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\nmod c;\n//- src/a.rs\nmacro_rules! mac { () => {} }\npub(crate) use mac;\n\
         //- src/b.rs\npub(crate) use super::a::*;\n//- src/c.rs\nuse crate::b::mac;\n",
        "src/b.rs:1 -> src/a.rs (re-export)
         src/c.rs:1 -> src/a.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b.rs (module)
         src/lib.rs:3 -> src/c.rs (module)",
    );
}

#[test]
fn macros_of_crates_with_macro_use() {
    check(
        "//- app/Cargo.toml\n[package]\nname = \"app\"\nedition = \"2021\"\n[dependencies]\nlib = { path = \"../lib\" }\n\
         //- app/src/lib.rs\n#[macro_use]\nextern crate lib;\nmod a;\n\
         //- app/src/a.rs\nfn f() { exported!(); }\nderived! {}\nfn g() { private!() }\n\
         //- lib/Cargo.toml\n[package]\nname = \"lib\"\nedition = \"2021\"\n[dependencies]\nmade = { path = \"../made\" }\n\
         //- lib/src/lib.rs\nmod m;\npub use made::derived;\n\
         //- lib/src/m.rs\n#[macro_export]\nmacro_rules! exported { () => {} }\nmacro_rules! private { () => {} }\n\
         //- made/Cargo.toml\n[package]\nname = \"made\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n\
         //- made/src/lib.rs\n#[proc_macro]\npub fn derived(input: TokenStream) -> TokenStream { input }\n",
        "app/src/a.rs:1 -> lib/src/m.rs (runtime)
         app/src/a.rs:2 -> made/src/lib.rs (runtime)
         app/src/lib.rs:2 -> lib/src/lib.rs (runtime)
         app/src/lib.rs:3 -> app/src/a.rs (module)
         lib/src/lib.rs:1 -> lib/src/m.rs (module)
         lib/src/lib.rs:2 -> made/src/lib.rs (re-export)",
    );
}

#[test]
fn globs_see_no_private_imports_of_their_targets() {
    check_app(
        "//- src/lib.rs\nmod one;\nmod two;\npub use one::*;\npub use two::*;\n\
         //- src/one.rs\nuse crate::Thing;\npub struct One(Thing);\n//- src/two.rs\npub struct Thing;\n",
        "src/lib.rs:1 -> src/one.rs (module)
         src/lib.rs:2 -> src/two.rs (module)
         src/lib.rs:3 -> src/one.rs (re-export)
         src/lib.rs:4 -> src/two.rs (re-export)
         src/one.rs:1 -> src/two.rs (runtime)",
    );
}

#[test]
fn derives_are_macros() {
    check(
        "//- app/Cargo.toml\n[package]\nname = \"app\"\nedition = \"2021\"\n[dependencies]\nlib = { path = \"../lib\" }\n\
         //- app/src/lib.rs\nuse lib::prelude::*;\n#[derive(Debug, Thing)]\nstruct S;\n\
         //- lib/Cargo.toml\n[package]\nname = \"lib\"\nedition = \"2021\"\n[dependencies]\nmade = { path = \"../made\" }\n\
         //- lib/src/lib.rs\nmod thing;\npub mod prelude {\n    pub use crate::thing::Thing;\n}\n\
         //- lib/src/thing.rs\npub use made::*;\npub trait Thing {}\npub trait Debug {}\n\
         //- made/Cargo.toml\n[package]\nname = \"made\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n\
         //- made/src/lib.rs\n#[proc_macro_derive(Thing, attributes(a))]\npub fn derive(input: TokenStream) -> TokenStream { input }\n",
        "app/src/lib.rs:1 -> lib/src/lib.rs (runtime)
         app/src/lib.rs:2 -> made/src/lib.rs (runtime)
         lib/src/lib.rs:1 -> lib/src/thing.rs (module)
         lib/src/lib.rs:3 -> lib/src/thing.rs (re-export)
         lib/src/thing.rs:1 -> made/src/lib.rs (re-export)",
    );
}

#[test]
fn names_from_outside_are_where_they_come_in() {
    check_app(
        "//- src/lib.rs\nmod a;\nmod b;\nmod c;\n//- src/a.rs\npub use std::fmt::Debug;\n\
         //- src/b.rs\npub use crate::a::Debug;\n//- src/c.rs\nuse crate::b::Debug;\n",
        "src/a.rs:1 -> std (external, re-export)
         src/b.rs:1 -> src/a.rs (re-export)
         src/c.rs:1 -> src/a.rs (runtime)
         src/lib.rs:1 -> src/a.rs (module)
         src/lib.rs:2 -> src/b.rs (module)
         src/lib.rs:3 -> src/c.rs (module)",
    );
}

#[test]
fn no_module_is_guessed_within_a_use() {
    check_app(
        "//- src/lib.rs\nmod b;\nmod c;\n//- src/b.rs\nuse crate::nothere::Q;\nuse crate::Nothing::A;\nuse crate::gone::*;\n\
         use crate::c::made::Q;\nuse crate::c;\nfn f() { crate::nothere::g() }\n//- src/c.rs\nmake! {}\n",
        "src/b.rs:4 -> src/c.rs (runtime)
         src/b.rs:5 -> src/c.rs (runtime)
         src/b.rs:6 -> src/lib.rs (runtime)
         src/lib.rs:1 -> src/b.rs (module)
         src/lib.rs:2 -> src/c.rs (module)
         src/b.rs:1 -> crate::nothere::Q (unresolved: no module nothere in src/lib.rs)
         src/b.rs:2 -> crate::Nothing::A (unresolved: no type Nothing in src/lib.rs)
         src/b.rs:3 -> crate::gone::* (unresolved: no module gone in src/lib.rs)",
    );
}
