//! Fixtures, one a rule.

use crate::resolve::testing::render;

/// Holds the resolution of `fixture` against `expect`, in any order: that of ids follows paths, not lines.
#[track_caller]
fn check(fixture: &str, expect: &str) {
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::trim).map(str::to_owned).collect();
        lines.sort();
        lines.join("\n")
    };
    assert_eq!(sorted(&render(fixture)), sorted(expect));
}

#[test]
fn relative_paths_with_and_without_suffix() {
    let files = "\n//- b.ts\n//- c.js\n//- d/index.tsx\n//- e.json\n//- f.css\n//- g.vue\n";
    let imports = "//- a.ts\nimport './b'\nimport './b.ts'\nimport './c.js'\nimport './d'\nimport './d/'\nimport './e.json'\n\
                   import './f.css?inline'\nimport 'raw!./g.vue'\nimport '.'\n//- index.ts";
    let expect = "a.ts:1 -> b.ts (runtime)\na.ts:2 -> b.ts (runtime)\na.ts:3 -> c.js (runtime)\na.ts:4 -> d/index.tsx (runtime)\n\
                  a.ts:5 -> d/index.tsx (runtime)\na.ts:6 -> e.json (runtime)\na.ts:7 -> f.css (runtime)\na.ts:8 -> g.vue (runtime)\n\
                  a.ts:9 -> index.ts (runtime)";
    check(&format!("{imports}{files}"), expect);
}

#[test]
fn javascript_names_mean_typescript_files() {
    check(
        "//- a.ts\nimport './b.js'\nimport './c.mjs'\nimport './d.cjs'\nimport './e.jsx'\nimport './f.js'\nimport './g.js'\n\
         //- b.ts\n//- c.mts\n//- d.cts\n//- e.tsx\n//- f.d.ts\n//- g.js\n//- g.ts\n",
        "a.ts:1 -> b.ts (runtime)\na.ts:2 -> c.mts (runtime)\na.ts:3 -> d.cts (runtime)\na.ts:4 -> e.tsx (runtime)\n\
         a.ts:5 -> f.d.ts (runtime)\na.ts:6 -> g.js (runtime)",
    );
}

#[test]
fn each_language_prefers_its_own() {
    check(
        "//- a.ts\nimport './b'\n//- a.js\nimport './b'\n//- b.ts\n//- b.js\n",
        "a.js:1 -> b.js (runtime)\na.ts:1 -> b.ts (runtime)",
    );
}

#[test]
fn what_leads_nowhere_says_why() {
    check(
        "//- a.ts\nimport './gone'\nimport './dist/gone.js'\nimport '../gone'\nimport '@/gone'\nimport '/gone'\nimport '#gone'\n",
        "a.ts:1 -> ./gone (unresolved: no such file in the repository)
         a.ts:2 -> ./dist/gone.js (unresolved: points into build output dist/gone.js that has no source here)
         a.ts:3 -> ../gone (unresolved: leads out of the repository)
         a.ts:4 -> @/gone (unresolved: an alias that no tsconfig or package.json here defines)
         a.ts:5 -> /gone (unresolved: a path from a server's root, and no such file in the package)
         a.ts:6 -> #gone (unresolved: no package.json above the file)",
    );
}

#[test]
fn docusaurus_names_its_folder() {
    check(
        "//- site/docusaurus.config.ts\n//- site/src/pages/index.tsx\nimport '@site/src/a'\nimport '@site/docs'\n\
         import '@site/package.json'\nimport '@site/src/gone'\nimport '@sites/x'\n//- site/src/a.ts\n\
         //- site/docs/index.js\n//- site/package.json\n{}\n//- other/a.ts\nimport '@site/src/a'\n",
        "site/src/pages/index.tsx:1 -> site/src/a.ts (runtime)
         site/src/pages/index.tsx:2 -> site/docs/index.js (runtime)
         site/src/pages/index.tsx:3 -> site/package.json (runtime)
         site/src/pages/index.tsx:4 -> @site/src/gone (unresolved: no such file in the repository)
         site/src/pages/index.tsx:5 -> @sites/x (external, runtime)
         other/a.ts:1 -> @site/src (external, runtime)",
    );
}

#[test]
fn packages_and_builtins_are_external() {
    check(
        "//- a.ts\nimport 'fs/promises'\nimport 'node:test'\nimport '@s/n/sub'\nimport 'n/sub'\nimport 'punycode/'\n\
         import 'virtual:x'\nimport 'https://esm.sh/a'\nimport '../../node_modules/p/q.js'\n//- b/a.ts\nimport '../node_modules/p/q.js'\n",
        "a.ts:1 -> node:fs (external, runtime)\na.ts:2 -> node:test (external, runtime)\na.ts:3 -> @s/n (external, runtime)\n\
         a.ts:4 -> n (external, runtime)\na.ts:5 -> punycode (external, runtime)\na.ts:6 -> virtual:x (external, runtime)\n\
         a.ts:7 -> https://esm.sh (external, runtime)\nb/a.ts:1 -> p (external, runtime)\n\
         a.ts:8 -> ../../node_modules/p/q.js (unresolved: leads out of the repository)",
    );
}

#[test]
fn tsconfig_paths_base_url_and_extends() {
    check(
        "//- tsconfig.base.json\n// comments\n{ \"compilerOptions\": { \"baseUrl\": \"src\", \"paths\": { \"@/*\": [\"*\"], \"@/x/*\": [\"y/*\"], }, }, }\n\
         //- tsconfig.json\n{ \"extends\": [\"./tsconfig.base\", \"@gone/tsconfig\"] }\n\
         //- src/a.ts\nimport '@/b'\nimport '@/x/c'\nimport 'b'\nimport 'react'\n//- src/b.ts\n//- src/y/c.ts\n",
        "src/a.ts:1 -> src/b.ts (runtime)\nsrc/a.ts:2 -> src/y/c.ts (runtime)\nsrc/a.ts:3 -> src/b.ts (runtime)\n\
         src/a.ts:4 -> react (external, runtime)",
    );
}

#[test]
fn the_configuration_that_includes_the_file_speaks_first() {
    check(
        "//- tsconfig.json\n{ \"files\": [], \"references\": [{ \"path\": \"./tsconfig.app.json\" }, { \"path\": \"./tsconfig.test.json\" }] }\n\
         //- tsconfig.app.json\n{ \"include\": [\"src\"], \"compilerOptions\": { \"paths\": { \"~/*\": [\"./src/*\"] } } }\n\
         //- tsconfig.test.json\n{ \"include\": [\"test/**/*\"], \"compilerOptions\": { \"paths\": { \"~/*\": [\"./test/*\"] } } }\n\
         //- src/a.ts\nimport '~/b'\n//- src/b.ts\n//- test/a.ts\nimport '~/b'\n//- test/b.ts\n",
        "src/a.ts:1 -> src/b.ts (runtime)\ntest/a.ts:1 -> test/b.ts (runtime)",
    );
}

#[test]
fn a_configuration_extended_from_a_workspace_package() {
    check(
        "//- package.json\n{ \"workspaces\": [\"packages/*\"] }\n//- packages/config/package.json\n{ \"name\": \"@w/config\" }\n\
         //- packages/config/tsconfig.base.json\n{ \"compilerOptions\": { \"paths\": { \"@/*\": [\"${configDir}/src/*\"] } } }\n\
         //- packages/a/tsconfig.json\n{ \"extends\": \"@w/config/tsconfig.base.json\", \"compilerOptions\": { \"paths\": { \"@/*\": [\"./src/*\"] } } }\n\
         //- packages/a/src/a.ts\nimport '@/b'\n//- packages/a/src/b.ts\n",
        "packages/a/src/a.ts:1 -> packages/a/src/b.ts (runtime)",
    );
}

#[test]
fn root_dirs_are_one_directory() {
    check(
        "//- tsconfig.json\n{ \"compilerOptions\": { \"rootDirs\": [\"src\", \"generated\"] } }\n\
         //- src/a/b.ts\nimport './c'\n//- generated/a/c.ts\n",
        "src/a/b.ts:1 -> generated/a/c.ts (runtime)",
    );
}

#[test]
fn workspace_packages_lead_to_their_sources() {
    check(
        "//- pnpm-workspace.yaml\npackages:\n  # all\n  - 'packages/*'\n  - '!packages/fixture'\n\
         //- packages/a/package.json\n{ \"name\": \"@w/a\", \"exports\": { \".\": { \"types\": \"./dist/index.d.ts\", \"import\": \"./dist/index.mjs\" },\
          \"./sub\": \"./dist/esm/sub.js\", \"./deep/*\": \"./dist/deep/*.js\", \"./no/*\": null } }\n\
         //- packages/a/src/index.ts\n//- packages/a/src/sub.ts\n//- packages/a/src/deep/x.tsx\n\
         //- packages/b/package.json\n{ \"name\": \"b\", \"main\": \"lib/main.js\" }\n//- packages/b/src/main.ts\n//- packages/b/src/other.ts\n\
         //- packages/fixture/package.json\n{ \"name\": \"react\" }\n//- packages/fixture/index.js\n\
         //- c.ts\nimport '@w/a'\nimport '@w/a/sub'\nimport '@w/a/deep/x'\nimport '@w/a/no/x'\nimport 'b'\nimport 'b/lib/other'\nimport 'react'\n",
        "c.ts:1 -> packages/a/src/index.ts (runtime)\nc.ts:2 -> packages/a/src/sub.ts (runtime)\n\
         c.ts:3 -> packages/a/src/deep/x.tsx (runtime)\nc.ts:5 -> packages/b/src/main.ts (runtime)\n\
         c.ts:6 -> packages/b/src/other.ts (runtime)\nc.ts:7 -> react (external, runtime)\n\
         c.ts:4 -> @w/a/no/x (unresolved: the exports of @w/a do not offer ./no/x)",
    );
}

#[test]
fn out_dir_tells_where_sources_are() {
    check(
        "//- package.json\n{ \"name\": \"p\", \"main\": \"./compiled/index.js\" }\n\
         //- tsconfig.json\n{ \"compilerOptions\": { \"rootDir\": \"code\", \"outDir\": \"compiled\" } }\n\
         //- code/index.ts\n//- test.js\nrequire('p')\nrequire('./compiled/index')\n",
        "test.js:1 -> code/index.ts (runtime)\ntest.js:2 -> code/index.ts (runtime)",
    );
}

#[test]
fn conditions_depend_on_who_asks() {
    check(
        "//- package.json\n{ \"name\": \"p\", \"exports\": { \"types\": \"./p.d.ts\", \"import\": \"./p.mjs\", \"require\": \"./p.cjs\" } }\n\
         //- p.d.ts\n//- p.mjs\n//- p.cjs\n//- a.mjs\nimport 'p'\n//- b.cjs\nrequire('p')\n//- c.ts\nimport 'p'\n",
        "a.mjs:1 -> p.mjs (runtime)\nb.cjs:1 -> p.cjs (runtime)\nc.ts:1 -> p.d.ts (runtime)",
    );
}

#[test]
fn a_packages_own_imports() {
    check(
        "//- package.json\n{ \"name\": \"p\", \"imports\": { \"#a\": \"./dist/a.js\", \"#b/*\": \"./src/b/*.js\", \"#c\": \"c-package\" } }\n\
         //- src/a.ts\nimport '#b/x'\nimport '#c'\nimport '#d'\n//- src/b/x.ts\nimport '#a'\n",
        "src/a.ts:1 -> src/b/x.ts (runtime)\nsrc/b/x.ts:1 -> src/a.ts (runtime)\nsrc/a.ts:2 -> c-package (external, runtime)\n\
         src/a.ts:3 -> #d (unresolved: not among the imports of the package.json above the file)",
    );
}

#[test]
fn linked_and_vendored_packages() {
    check(
        "//- app/package.json\n{ \"dependencies\": { \"dep\": \"file:../dep\" } }\n//- app/a.js\nimport 'dep'\nimport 'old'\n\
         //- dep/package.json\n{ \"name\": \"dep\" }\n//- dep/index.js\n\
         //- app/node_modules/old/package.json\n{ \"name\": \"old\", \"main\": \"m\" }\n//- app/node_modules/old/m.js\n",
        "app/a.js:2 -> app/node_modules/old/m.js (runtime)\napp/a.js:1 -> dep/index.js (runtime)",
    );
}

#[test]
fn a_package_may_name_itself_unless_it_depends_on_the_other() {
    check(
        "//- package.json\n{ \"name\": \"p\" }\n//- index.js\n//- test/a.js\nimport 'p'\n\
         //- e/package.json\n{ \"name\": \"vite\", \"devDependencies\": { \"vite\": \"^7\" } }\n//- e/index.js\n\
         //- e/vite.config.js\nimport 'vite'\n",
        "test/a.js:1 -> index.js (runtime)\ne/vite.config.js:1 -> vite (external, runtime)",
    );
}

#[test]
fn references_by_path() {
    check("//- a.d.ts\n/// <reference path=\"b.d.ts\" />\n//- b.d.ts\n", "a.d.ts:1 -> b.d.ts (type-only)");
}
