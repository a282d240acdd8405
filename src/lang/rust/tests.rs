use super::*;
use crate::lang::{Detail, MAX_DIAGNOSTICS, Wanted};
use crate::scan::Language;

fn facts(text: &str) -> Facts {
    crate::lang::extract("x.rs", Language::of_name("x.rs"), text, Wanted::Everything)
}

fn rust_facts(text: &str) -> RustFacts {
    match facts(text).detail {
        Detail::Rust(facts) => *facts,
        other => panic!("not Rust: {other:?}"),
    }
}

/// Functions as `name:line-end complexity nesting`.
#[track_caller]
fn check_functions(text: &str, expect: &[&str]) {
    let functions = facts(text).functions;
    let actual: Vec<_> = functions
        .iter()
        .map(|it| format!("{}:{}-{} {} {}", it.name, it.line, it.end_line, it.complexity, it.nesting))
        .collect();
    assert_eq!(actual, expect);
}

/// Imports as `path as name`.
#[track_caller]
fn check_imports(text: &str, expect: &[&str]) {
    let facts = rust_facts(text);
    let imports = facts.imports.iter();
    let mut actual: Vec<_> = imports
        .map(|it| format!("{} as {}", facts.str(it.path), if it.glob { "*" } else { facts.str(it.name) }))
        .collect();
    actual.sort();
    assert_eq!(actual, expect);
}

/// Paths kept, in source order.
#[track_caller]
fn check_paths(text: &str, expect: &[&str]) {
    let facts = rust_facts(text);
    let actual: Vec<_> = facts.paths.iter().map(|it| facts.str(it.path)).collect();
    assert_eq!(actual, expect);
}

#[test]
fn function_names() {
    check_functions("/// doc\n#[a]\npub fn f() {\n}\n", &["f:3-4 1 0"]);
    check_functions("impl<T> fmt::Display for a::Type<T> { fn f(&self) {} }", &["Type::f:1-1 1 0"]);
    check_functions("impl T for &'a mut [u8] { fn f() {} }", &["u8::f:1-1 1 0"]);
    check_functions("trait Tr { fn f() {} fn no_body(); }", &["Tr::f:1-1 1 0"]);
    check_functions("mod tests { fn f() { fn g() {} } }", &["tests::f:1-1 1 0", "tests::f::g:1-1 1 0"]);
    check_functions("extern \"C\" { fn a(); }\nconst fn b() {}", &["b:2-2 1 0"]);
}

/// Cognitive complexity of the functions, in source order.
#[track_caller]
fn check_cognitive(text: &str, expect: &[u32]) {
    assert_eq!(facts(text).functions.iter().map(|it| it.cognitive).collect::<Vec<_>>(), expect, "{text}");
}

#[test]
fn cognitive_complexity_is_campbells() {
    check_cognitive("fn f() { if a {} else if b {} else {} }", &[3]);
    check_cognitive("fn f() { for x in y { while z { loop { if a {} } } } }", &[1 + 2 + 3 + 4]);
    check_cognitive("fn f() { match a { A => if b {}, _ => {} } }", &[1 + 2]);
    check_cognitive("fn f() { x.map(|y| if y { 1 } else { 2 }); if z {} }", &[3 + 1]);
    check_cognitive("fn f() { if a { fn g() { if b {} } if c {} } }", &[1 + 2, 1]);
    check_cognitive("fn f() { 'a: loop { if b { break 'a; } continue 'a; } break; }", &[1 + 2 + 1 + 1]);
    check_cognitive("trait T { fn f(); } impl A { fn g() { if a {} } }", &[1]);
}

#[test]
fn runs_of_like_operators_count_once() {
    check_cognitive("fn f() { a && b && c }", &[1]);
    check_cognitive("fn f() { a && b == c && d }", &[1]);
    check_cognitive("fn f() { a && b || c && d }", &[3]);
    check_cognitive("fn f() { a && (b || c) && d }", &[3]);
    check_cognitive("fn f() { a && !(b && c) }", &[2]);
    check_cognitive("fn f() { g(a && b) && c; d && e }", &[3]);
    check_cognitive("fn f() { if let A(b) = c && d && e {} }", &[2]);
}

/// The examples of the appendices of Campbell's paper, in Rust.
#[test]
fn cognitive_complexity_of_the_papers_examples() {
    let sum_of_primes = "fn f(max: u32) -> u32 { let mut total = 0; 'out: for i in 1..=max { for j in 2..i { \
        if i % j == 0 { continue 'out; } } total += i; } total }";
    check_cognitive(sum_of_primes, &[1 + 2 + 3 + 1]);
    check_cognitive("fn f(n: u32) -> &'static str { match n { 1 => \"one\", 2 => \"two\", _ => \"lots\" } }", &[1]);
}

#[test]
fn complexity() {
    check_functions("fn f() { if a && b || c {} else if d {} else {} }", &["f:1-1 5 1"]);
    check_functions("fn f() { for x in y { while z { loop {} } } }", &["f:1-1 4 3"]);
    check_functions("fn f() { match a { A if b => c?, _ => {} } }", &["f:1-1 5 1"]);
    check_functions("fn f() { x.map(|y| if y { 1 } else { 2 }); }", &["f:1-1 2 1"]);
    check_functions("fn f() { fn g() { if a {} } if b { if c {} } }", &["f:1-1 3 2", "f::g:1-1 2 1"]);
    check_functions("fn f() { x.0.1; a.0. 1; if t.0.0 {} }", &["f:1-1 2 1"]);
}

#[test]
fn classes() {
    assert_eq!(facts("struct A; enum B {} union C { a: u8 } trait D {} type E = A; mod m { struct F; }").classes, 5);
    assert_eq!(facts("struct A; trait B {} impl B for A {}").abstract_classes, 1);
}

#[test]
fn use_trees() {
    check_imports("use a::b;", &["a::b as b"]);
    check_imports("use a::{self, b::{c as d, *}, e as _};", &["a as a", "a::b as *", "a::b::c as d", "a::e as "]);
    check_imports("use ::a::r#type; use crate::*;", &["::a::type as type", "crate as *"]);
    check_imports("extern crate a as b; use {c, d::e};", &["a as b", "c as c", "d::e as e"]);
    check_imports("use a::{b::{}, c}; use x", &["a::c as c", "x as x"]);
}

#[test]
fn paths_worth_keeping() {
    check_paths(
        "fn f() { crate::a::b(); x.y(); Vec::new(); std::mem::swap(); core::x(); }",
        &["crate::a::b", "std", "core"],
    );
    check_paths(
        "use a::Thing; use std::mem; fn f() { Thing::new(); mem::swap(); b::Thing::new::<c::D>(); }",
        &["b::Thing", "c::D"],
    );
    check_paths("fn f() { m!(a::b, $crate::c, $x::y, z.d::<T>()) }", &["m", "a::b", "crate::c"]);
    check_paths("use a::*; struct Own; fn f(p: P, o: Own) { g(); p(); h; }", &["P", "g"]);
    check_paths("fn f() {} mod tests { use super::*; fn t() { f(); X::y() } }", &[]);
    check_paths("#[serde(with = \"x\")] #[a::b] #[derive(c::D)] struct S;", &["a::b", "c::D"]);
}

#[test]
fn diagnostics_have_lines() {
    let diagnostics = facts("fn f() {}\nfn g( {}\n").diagnostics;
    assert_eq!(diagnostics[0].line, 2);
    let many = facts(&"fn (".repeat(1000)).diagnostics;
    assert_eq!(many.len(), MAX_DIAGNOSTICS);
}

#[test]
fn keywords_of_other_editions() {
    for text in ["fn async() { try!(x) }", "fn f() { rng.gen() }", "fn f() { if let A = b && c {} }"] {
        assert_eq!(facts(text).diagnostics, [], "{text}");
    }
}

#[test]
fn macros_called_by_name() {
    check_paths("fn f() { here!(); println!(); assert_eq!(1, 1); }", &["here"]);
    check_paths("use a::here; fn f() { here!() }", &[]);
    check_paths(
        "fn f() { quote! { a::b { c::d } m!(e::f) }; g::h(vec![quote!(i::j), k::l]) }",
        &["quote", "g::h", "k::l"],
    );
}

/// Parses on a stack like that of the tool's workers, and tells whether the text was refused.
fn is_refused(text: String) -> bool {
    let work = move || facts(&text).diagnostics.iter().any(|it| it.message.contains("too deep"));
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work).expect("a stack");
    thread.join().expect("no panic")
}

#[test]
fn deep_texts_are_refused() {
    let nested =
        |prefix: &str, open: &str, close: &str| format!("{prefix}{}a{}", open.repeat(200_000), close.repeat(200_000));
    for (prefix, open, close) in [
        ("fn f() { ", "(", ")"),
        ("fn f() { ", "[", "]"),
        ("fn f() { ", "{", "}"),
        ("fn f() { ", "if a {} else ", ""),
        ("fn f() { ", "if a { ", "}"),
        ("fn f() { ", "!", ""),
        ("fn f() { ", "&", ""),
        ("fn f() { ", "|x| ", ""),
        ("fn f() { ", "a = ", ""),
        ("fn f() { ", "match a { _ => ", "}"),
        ("fn f() { g::<", "A<", ">"),
        ("type T = ", "A<", ">"),
        ("type T = ", "&", ""),
        ("type T = ", "fn(", ")"),
        ("use ", "a::{", "}"),
        ("", "mod m { ", "}"),
        ("m! ", "(", ")"),
    ] {
        assert!(is_refused(nested(prefix, open, close)), "{prefix}{open}");
        assert!(is_refused(nested(prefix, open, "")), "{prefix}{open} left open");
    }
}

#[test]
fn long_lines_are_parsed() {
    let sum = format!("fn f() -> u8 {{ 1{} }}", "+1".repeat(2_500_000));
    assert!(!is_refused(sum));
    let flat = format!("fn f() {{ {} }}", "a(1);".repeat(1_000_000));
    assert!(!is_refused(flat));
    let wide = format!("use a::{{{}}};", "b,".repeat(200_000));
    assert!(!is_refused(wide));
}
