//! Configurations of other tools, and the rules that they become.

use insta::assert_snapshot;

use super::convert;
use crate::rules::parse;
use crate::scan::{FileClass, FileEntry, Language, SourceTree};

/// A package `shop` below `src`, and another beside it.
const FILES: [&str; 10] = [
    "lib/a.py",
    "lib/b/__init__.py",
    "src/shop/__init__.py",
    "src/shop/api.py",
    "src/shop/core/__init__.py",
    "src/shop/core/models.py",
    "src/shop/plugins/__init__.py",
    "src/shop/plugins/pay.py",
    "src/shop/plugins/ship/__init__.py",
    "src/shop/plugins/ship/models.py",
];

fn tree() -> SourceTree {
    tree_of(&FILES)
}

fn tree_of(paths: &[&str]) -> SourceTree {
    let entry = |path: &&str| FileEntry {
        path: (*path).to_owned(),
        language: Language::of_name(path),
        class: FileClass::Source,
        bytes: 0,
    };
    SourceTree::new(paths.iter().map(entry).collect())
}

/// The rules, which a rule file takes.
#[track_caller]
fn converted(path: &str, text: &str) -> String {
    let converted = convert(path, text, &tree(), &[]).unwrap();
    let rules = parse(&converted.text);
    assert!(rules.is_ok(), "{}\n{rules:?}", converted.text);
    converted.text
}

/// A contract in an ini file.
#[track_caller]
fn contract(kind: &str, rest: &str) -> String {
    let head = "[importlinter]\nroot_package = shop\n\n[importlinter:contract:one]\nname = One\n";
    converted(".importlinter", &format!("{head}type = {kind}\n{rest}"))
}

#[test]
fn forbidden_contracts() {
    assert_snapshot!(contract("forbidden", "source_modules =\n  shop.core\nforbidden_modules =\n  shop.api\n  requests\nignore_imports =\n  shop.core.models -> shop.api\n  shop.** -> requests\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[forbidden]]
    name = "One"
    from = "src/shop/core"
    to = ["src/shop/api.py", "package:requests"]
    transitive = true
    kinds = ["runtime", "type-only", "re-export"]
    except = [
        { from = "src/shop/core/models.py", to = "src/shop/api.py" },
        { from = ["src/shop/**/*.py", "!src/shop/__init__.py"], to = "package:requests" },
    ]
    "#);
    assert_snapshot!(contract("forbidden", "source_modules = shop.plugins.pay\nforbidden_modules = shop.plugins.*\nallow_indirect_imports = True\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[forbidden]]
    name = "One"
    from = "src/shop/plugins/pay.py"
    to = "src/shop/plugins/ship"
    kinds = ["runtime", "type-only", "re-export"]
    "#);
}

#[test]
fn layers_contracts() {
    assert_snapshot!(contract("layers", "layers =\n  shop.api\n  shop.plugins | shop.core\nunmatched_ignore_imports_alerting = none\nignore_imports = a -> shop.b\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[layers]]
    name = "One"
    layers = [
        "src/shop/api.py",
        ["src/shop/plugins", "src/shop/core"],
    ]
    transitive = true
    kinds = ["runtime", "type-only", "re-export"]
    except = [
        { from = "package:a", to = "src/shop/b{.py,/__init__.py}", optional = true },
    ]
    "#);
    assert_snapshot!(contract("layers", "containers = shop\nlayers =\n  api : plugins\n  (gone)\n  core\nexhaustive = true\nexhaustive_ignores =\n  utils\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[layers]]
    name = "One"
    layers = [
        { parts = ["api{,.py}", "plugins{,.py}"], independent = false },
        { parts = "gone{,.py}", optional = true },
        "core{,.py}",
    ]
    within = "src/shop"
    transitive = true
    exhaustive = true
    unlayered = "utils{,.py}"
    kinds = ["runtime", "type-only", "re-export"]
    "#);
}

#[test]
fn other_contracts() {
    assert_snapshot!(contract("independence", "modules =\n  shop.core\n  shop.plugins.*\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[independent]]
    name = "One"
    parts = [
        "src/shop/core",
    ]
    each = ["src/shop/plugins/*", "!src/shop/plugins/__init__.py"]
    transitive = true
    kinds = ["runtime", "type-only", "re-export"]
    "#);
    assert_snapshot!(contract("protected", "protected_modules = shop.**.models\nallowed_importers = shop.api\nas_packages = False\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[forbidden]]
    name = "One"
    from = ["src/shop", "!src/shop/api.py", "!src/shop/core/models.py"]
    to = "src/shop/core/models.py"
    kinds = ["runtime", "type-only", "re-export"]

    [[forbidden]]
    name = "One (2)"
    from = ["src/shop", "!src/shop/api.py", "!src/shop/plugins/ship/models.py"]
    to = "src/shop/plugins/ship/models.py"
    kinds = ["runtime", "type-only", "re-export"]
    "#);
    assert_snapshot!(contract("acyclic_siblings", "ancestors = shop\ndepth = 2\nskip_descendants = shop.plugins\n"), @r#"
    # Converted from import-linter's .importlinter.

    [[cycles]]
    name = "One"
    of = "siblings"
    files = "src/shop"
    depth = 2
    skip = "src/shop/plugins"
    kinds = ["runtime", "type-only", "re-export"]
    "#);
    assert_snapshot!(contract("house_rules", "color = red\n"), @r"
    # Converted from import-linter's .importlinter.
    # Not converted: line 4, One: a contract of the type `house_rules` has no counterpart
    ");
}

#[test]
fn contracts_of_pyproject_toml() {
    let text = r#"
        [tool.importlinter]
        root_packages = ["shop", "lib"]
        exclude_type_checking_imports = true
        session_options = { a = 1 }
        [[tool.importlinter.contracts]]
        name = "Apart"
        type = "independence"
        modules = ["shop", "lib"]
        surprise = 1
    "#;
    assert_snapshot!(converted("pyproject.toml", text), @r#"
    # Converted from import-linter's pyproject.toml.
    # Not converted: line 5, session_options: has no counterpart
    # Not converted: line 10, surprise: is no option of this contract

    [[independent]]
    name = "Apart"
    parts = [
        "src/shop",
        "lib",
    ]
    transitive = true
    kinds = ["runtime", "re-export"]
    "#);
}

#[test]
fn tach_modules() {
    let text = r#"
        source_roots = ["src"]
        exclude = ["**/ship", "gone"]
        layers = ["ui", { name = "middle", closed = true }, "core"]
        [[modules]]
        path = "shop.api"
        layer = "ui"
        [[modules]]
        path = "shop.plugins"
        depends_on = ["shop.core"]
        [[modules]]
        path = "shop.core"
        layer = "core"
        depends_on = []
        depends_on_external = []
        [[modules]]
        path = "shop.core.models"
        depends_on = []
        utility = true
        [[modules]]
        path = "shop.gone"
        [[interfaces]]
        expose = ["x"]
    "#;
    assert_snapshot!(converted("tach.toml", text), @r#"
    # Converted from tach's tach.toml.
    # Not converted: line 3, exclude: `gone` matches nothing here
    # Not converted: line 15, modules.depends_on_external: use [[forbidden]] with to = "package:…"
    # Not converted: line 20, shop.gone: no such module below the source roots
    # Not converted: line 22, interfaces: names within a module are not seen, only files

    exclude = "**/ship"

    [[allowed]]
    name = "shop.api"
    from = "src/shop/api.py"
    to = ["src/shop/api.py", "src/shop/core/models.py", "src/shop/plugins"]
    among = ["src/shop/api.py", "src/shop/core", "src/shop/plugins"]
    kinds = ["runtime", "re-export"]

    [[allowed]]
    name = "shop.core"
    from = ["src/shop/core", "!src/shop/core/models.py"]
    to = ["src/shop/core", "!src/shop/core/models.py", "src/shop/core/models.py"]
    among = ["src/shop/api.py", "src/shop/core", "src/shop/plugins"]
    kinds = ["runtime", "re-export"]

    [[allowed]]
    name = "shop.core.models"
    from = "src/shop/core/models.py"
    to = "src/shop/core/models.py"
    among = ["src/shop/api.py", "src/shop/core", "src/shop/plugins"]
    kinds = ["runtime", "re-export"]

    [[allowed]]
    name = "shop.plugins"
    from = "src/shop/plugins"
    to = [
        "src/shop/core",
        "!src/shop/core/models.py",
        "src/shop/core/models.py",
        "src/shop/plugins",
    ]
    among = ["src/shop/api.py", "src/shop/core", "src/shop/plugins"]
    kinds = ["runtime", "re-export"]
    "#);
    let old = "modules:\n  - path: shop.api\n    depends_on:\n      - shop.core\n    strict: true\n  - path: shop.core\n    depends_on: []\nsource_roots:\n  - src\n";
    assert_snapshot!(converted("tach.yml", old), @r#"
    # Converted from tach's tach.yml.
    # Not converted: line 2, modules.strict: names within a module are not seen, only files

    [[allowed]]
    name = "shop.core"
    from = "src/shop/core"
    to = "src/shop/core"
    among = ["src/shop/api.py", "src/shop/core"]
    kinds = ["runtime", "re-export"]
    "#);
}

#[test]
fn tach_domains() {
    let domain = "[root]\ndepends_on = ['core']\n[[modules]]\npath = 'core'\ndepends_on = ['//shop.api']\n[[modules]]\npath = 'api'\ndepends_on = []\n";
    let domains = [("src/shop/tach.domain.toml".to_owned(), domain.to_owned())];
    let text = convert("tach.toml", "source_roots = ['src']\nmodules = []\n", &tree(), &domains).unwrap().text;
    assert!(parse(&text).is_ok());
    assert_snapshot!(text, @r#"
    # Converted from tach's tach.toml.

    [[allowed]]
    name = "shop"
    from = ["src/shop", "!src/shop/api.py", "!src/shop/core"]
    to = ["src/shop", "!src/shop/api.py", "!src/shop/core", "src/shop/core"]
    among = "src/shop"
    kinds = ["runtime", "re-export"]

    [[allowed]]
    name = "shop.api"
    from = "src/shop/api.py"
    to = "src/shop/api.py"
    among = "src/shop"
    kinds = ["runtime", "re-export"]

    [[allowed]]
    name = "shop.core"
    from = "src/shop/core"
    to = ["src/shop/api.py", "src/shop/core"]
    among = "src/shop"
    kinds = ["runtime", "re-export"]
    "#);
}

#[test]
fn dep_tree_checks() {
    let text = "exclude: ['lib/b/*.py']\nunwrapExports: true\ncheck:\n  entrypoints: [src/shop/api.py]\n  allow:\n    'src/shop/core/**':\n      to: [common]\n      reason: core is low\n  deny:\n    'lib/*':\n      - src/shop\n      - to: 'src/shop/**'\n        reason: apart\n  aliases:\n    common: ['lib/**']\n";
    assert_snapshot!(converted(".dep-tree.yml", text), @r#"
    # Converted from dep-tree's .dep-tree.yml.
    # Not converted: line 2, unwrapExports: a re-export is an import of its own here
    # Not converted: line 4, check.entrypoints: all files are checked, not only those reached from here

    exclude = "lib/b/*.py"

    [[allowed]]
    name = "allow src/shop/core/**"
    from = "src/shop/core/**"
    to = "lib/**"
    reason = "core is low"

    [[forbidden]]
    name = "deny lib/*"
    from = ["lib/*", "!lib/*/**"]
    to = ["src/shop", "!src/shop/**"]

    [[forbidden]]
    name = "deny lib/* (2)"
    from = ["lib/*", "!lib/*/**"]
    to = "src/shop/**"
    reason = "apart"

    [cycles]
    allow = false
    "#);
    assert_snapshot!(converted(".dep-tree.yml", "only: [src/**]\ncheck:\n  allowCircularDependencies: true\n"), @r#"
    # Converted from dep-tree's .dep-tree.yml.

    exclude = ["**", "!src/**"]
    "#);
}

/// As dep-tree 0.23.4: `mod` is an import, and what matches no file is no mistake.
#[test]
fn dep_tree_counts_modules_and_takes_globs_without_files() {
    let text = "exclude: [gone/*, src/b.rs]\ncheck:\n  deny:\n    src/*: [src/gone.rs]\n";
    let found = convert(".dep-tree.yml", text, &tree_of(&["src/a.rs", "src/b.rs"]), &[]).unwrap();
    assert!(parse(&found.text).is_ok());
    assert_snapshot!(found.text, @r#"
    # Converted from dep-tree's .dep-tree.yml.
    # Not converted: line 1, exclude: `gone/*` matches no file

    exclude = "src/b.rs"

    [[forbidden]]
    name = "deny src/*"
    from = "src/*"
    to = "src/gone.rs"
    optional = true
    kinds = ["runtime", "type-only", "dynamic", "re-export", "module"]

    [cycles]
    allow = false
    kinds = ["runtime", "type-only", "dynamic", "re-export", "module"]
    "#);
}

#[test]
fn what_is_no_configuration() {
    let message = |path: &str, text: &str| convert(path, text, &tree(), &[]).unwrap_err().to_string();
    assert_snapshot!(message("a.toml", "x = 1"), @r"
    1:1: neither a .dep-tree.yml, nor contracts of import-linter, nor a tach.toml
    ");
    assert_snapshot!(message(".dep-tree.yml", "a: ["), @r"
    2:1: not valid YAML: while parsing a node, did not find expected node content
    ");
    assert_snapshot!(message(".importlinter", "x"), @r"
    1:1: not a valid ini file: no [section] stands above this line
    ");
}
