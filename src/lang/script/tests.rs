use super::*;

fn extract_ts(text: &str) -> Facts {
    extract(text, LanguageType::TypeScript, Wanted::Everything)
}

/// Imports as `line kind specifier`, separated by `; `.
#[track_caller]
fn check_imports(text: &str, expect: &str) {
    let Detail::Script(facts) = extract_ts(text).detail else { panic!("no script facts") };
    let show = |import: &ScriptImport| format!("{} {} {}", import.line, import.kind.name(), import.specifier);
    assert_eq!(facts.imports.iter().map(show).collect::<Vec<_>>().join("; "), expect);
}

/// Functions as `name complexity nesting`, separated by `; `.
#[track_caller]
fn check_functions(text: &str, expect: &str) {
    let facts = extract_ts(text);
    let show =
        |function: &crate::lang::Function| format!("{} {} {}", function.name, function.complexity, function.nesting);
    assert_eq!(facts.functions.iter().map(show).collect::<Vec<_>>().join("; "), expect, "{:?}", facts.diagnostics);
}

#[test]
fn imports_by_kind() {
    check_imports("import a from './a'", "1 runtime ./a");
    check_imports("\nimport './side'", "2 runtime ./side");
    check_imports("import {} from './a'", "1 runtime ./a");
    check_imports("import type { A } from './a'", "1 type-only ./a");
    check_imports("import { type A, type B } from './a'", "1 type-only ./a");
    check_imports("import { type A, b } from './a'", "1 runtime ./a");
    check_imports("export * from './a'; export { b } from './b'", "1 re-export ./a; 1 re-export ./b");
    check_imports("export type { A } from './a'; export type * from './b'", "1 type-only ./a; 1 type-only ./b");
    check_imports("import a = require('./a')", "1 runtime ./a");
    check_imports("const a = require('./a').b(1)", "1 runtime ./a");
    check_imports("require.resolve('./a'); jest.mock('./b'); require(c)", "");
    check_imports("const a = await import('./a'); import(`./b`); import(c)", "1 dynamic ./a; 1 dynamic ./b");
    check_imports("let a: import('./a').A<import('./b').B>", "1 type-only ./a; 1 type-only ./b");
    check_imports(
        "/// <reference path='a.d.ts' />\n/// <reference types='node' />",
        "1 type-only ./a.d.ts; 2 type-only node",
    );
    check_imports("declare module 'x' { import { A } from './a' }", "1 runtime ./a");
}

#[test]
fn computed_imports_are_kept() {
    let facts =
        extract_ts("const a = 1\nimport(`./${a}.js`); require(a +\n 1); require(['amd']); import('./b'); x.require(c)");
    let calls: Vec<_> = facts.computed_imports.iter().map(|call| (call.line, &*call.text)).collect();
    assert_eq!(calls, [(2, "import(`./${a}.js`)"), (2, "require(a + 1)")]);
}

#[test]
fn functions_have_qualified_names() {
    check_functions("function f() { function g() {} }", "f 1 0; f.g 1 0");
    check_functions(
        "class A { constructor() {} get b() {} static #c = () => {}; [d]() {} 'e'() {} }",
        "A.constructor 1 0; A.b 1 0; A.#c 1 0; A.[d] 1 0; A.e 1 0",
    );
    check_functions("const f = () => {}, o = { m() {}, n: function () {} }", "f 1 0; o.m 1 0; o.n 1 0");
    check_functions("export default function () {}", "default 1 0");
    check_functions("export default class { m() {} }", "default.m 1 0");
    check_functions("exports.f = async () => {}; A.prototype.g = function () {}", "exports.f 1 0; A.prototype.g 1 0");
    check_functions("declare function f(): void; abstract class A { abstract m(): void }", "");
}

/// Cognitive complexity of the functions, in source order.
#[track_caller]
fn check_cognitive(text: &str, expect: &[u32]) {
    assert_eq!(extract_ts(text).functions.iter().map(|it| it.cognitive).collect::<Vec<_>>(), expect, "{text}");
}

/// The values are those of the rule `cognitive-complexity` of eslint-plugin-sonarjs 0.25, but for functions within functions,
/// which it reports by themselves, and for `??`, which it counts and the paper does not.
#[test]
fn cognitive_complexity_is_campbells() {
    check_cognitive("function f() { if (a) {} else if (b) {} else {} }", &[3]);
    check_cognitive("function f() { for (;;) { while (a) { do {} while (b) } } }", &[1 + 2 + 3]);
    check_cognitive("function f() { switch (a) { case 1: if (b) {} case 2: break; default: } }", &[1 + 2]);
    check_cognitive("function f() { try { if (a) {} } catch { if (b) {} } finally {} }", &[1 + 1 + 2]);
    check_cognitive("function f() { return a ? 1 : b ? 2 : 3 }", &[1 + 2]);
    check_cognitive("function f() { x: for (a of b) { if (c) continue x; break } }", &[1 + 2 + 1]);
    check_cognitive("function f() { if (a) { g(() => { if (b) {} }) } }", &[1 + 3]);
    check_cognitive("function f() { if (a) { g(function () { if (b) {} }) } }", &[1 + 3]);
    check_cognitive("function f() { function g() { if (a) {} } if (b) {} }", &[1, 1]);
}

#[test]
fn runs_of_like_operators_count_once() {
    check_cognitive("function f() { return a && b && c }", &[1]);
    check_cognitive("function f() { return a && b || c && d }", &[3]);
    check_cognitive("function f() { return a && (b || c) && d }", &[3]);
    check_cognitive("function f() { return a && !(b && c) }", &[2]);
    check_cognitive("function f() { g(a && b) && c; d && e }", &[3]);
    check_cognitive("function f() { return (a && b).c && d === (e && f) }", &[3]);
    check_cognitive("function f() { return a ?? b ?? c }", &[0]);
}

#[test]
fn abstract_types_are_those_to_be_implemented() {
    assert_eq!(extract_ts("interface A {} abstract class B {} class C {} enum D {} type E = 1").abstract_classes, 2);
}

#[test]
fn complexity_follows_eslint() {
    check_functions("function f() { if (a) {} else if (b) {} else {} }", "f 3 1");
    check_functions("function f() { for (;;) { while (a) { do {} while (b) } } }", "f 4 3");
    check_functions("function f() { for (a in b) {} for (a of b) {} }", "f 3 1");
    check_functions("function f() { switch (a) { case 1: case 2: break; default: } }", "f 3 1");
    check_functions("function f() { try {} catch { if (a) {} } finally {} }", "f 3 2");
    check_functions("function f() { return a && b || c ?? d ? 1 : 2 }", "f 5 0");
    check_functions("function f(a = 1, { b = 2 } = {}) { a ||= b; a += b }", "f 5 0");
    check_functions("function f() { return a?.b?.[c]?.() }", "f 4 0");
    check_functions("function f() { ({ a = 1, b: [c = 2] } = d) }", "f 3 0");
    check_functions("function f() { return a.map(b => b ? 1 : 2) }", "f 2 0");
    check_functions("function f() { const g = () => a ? 1 : 2; if (b) {} }", "f 2 1; f.g 2 0");
}

#[test]
fn classes_interfaces_and_enums_count() {
    assert_eq!(extract_ts("class A {} interface B {} enum C {} type D = 1; const E = class {}").classes, 4);
}

#[test]
fn functions_know_their_lines() {
    let facts = extract_ts("@d\nclass A {\n  @e\n  m() {\n  }\n}\nexport const f =\n  () => 1\n");
    let lines: Vec<_> = facts.functions.iter().map(|function| (function.line, function.end_line)).collect();
    assert_eq!(lines, [(4, 5), (7, 8)]);
}

#[test]
fn javascript_may_be_anything() {
    for text in [
        "const a = <b/>",
        "with (a) {}",
        "return 1",
        "const f = (a: ?b): c => 1",
        "await a; export {}",
        "#!/usr/bin/env node\na",
    ] {
        let facts = extract(text, LanguageType::JavaScript, Wanted::Everything);
        assert!(text.contains('?') || facts.diagnostics.is_empty(), "{text}: {:?}", facts.diagnostics);
    }
}

#[test]
fn syntax_errors_are_diagnostics_and_imports_above_them_stay() {
    let facts = extract_ts("import './a'\nlet x = {{{\n");
    assert_eq!(facts.diagnostics[0].line, 2);
    check_imports("import './a'\nlet x = {{{\n", "1 runtime ./a");
    assert!(extract_ts(&"a b\n".repeat(100)).diagnostics.len() <= MAX_DIAGNOSTICS);
}

/// As the tool parses: on a stack of 256 MiB.
fn on_workers_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    depth::on_own_stack(256 << 20, work).expect("a stack")
}

#[test]
fn deep_nesting_is_parsed_or_refused() {
    let shapes: &[(&str, &str)] = &[
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("<a>", "</a>"),
        ("!", ""),
        ("a=>", ""),
        ("`${", "}`"),
        ("a?b:", ""),
        ("1+", ""),
        ("typeof ", ""),
        ("new ", ""),
        ("a.", ""),
        ("if(a){}else ", ""),
        ("f<", ""),
        ("a=", ""),
        ("a(", ")"),
        ("class extends ", ""),
        ("function f(){", "}"),
        ("do ", ""),
        ("a?.", ""),
        ("a[0]", ""),
        ("import(", ")"),
        ("a as ", ""),
    ];
    on_workers_stack(|| {
        for (open, close) in shapes {
            for count in [10_000, 200_000] {
                for prefix in ["x = ", "type x = import('a')|", ""] {
                    extract(
                        &format!("{prefix}{}a{}", open.repeat(count), close.repeat(count)),
                        LanguageType::Tsx,
                        Wanted::Everything,
                    );
                }
            }
        }
    });
}

#[test]
fn long_chains_are_parsed() {
    let sum = format!("function f() {{ return 1{} }}", "+1".repeat(2_500_000));
    let chain = format!("function f() {{ {} }}", "if (a) {} else ".repeat(200_000) + "{}");
    on_workers_stack(|| {
        check_functions(&sum, "f 1 0");
        check_functions(&chain, "f 200001 1");
    });
}
