//! What the folders of a path say about its files, by the conventions of many projects.

/// What a part of a repository is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Copies of others' code.
    Vendored,
    /// Data of tests.
    Fixture,
    /// Tests and their helpers.
    Test,
    /// Measurements.
    Benchmark,
    /// Examples, demonstrations and playgrounds.
    Example,
    /// Documentation.
    Docs,
    /// Scripts of the project itself.
    Tooling,
}

/// Names of folders, in lower case.
const VENDORED: &[&str] = &[
    "vendor",
    "vendors",
    "vendored",
    "_vendor",
    "_vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "3rdparty",
    "3rd_party",
    "3rd-party",
    "node_modules",
    "bower_components",
    "godeps",
];
const FIXTURES: &[&str] = &[
    "fixtures",
    "__fixtures__",
    "fixture",
    "testdata",
    "test_data",
    "test-data",
    "test-fixtures",
    "test_fixtures",
    "__snapshots__",
    "snapshots",
    "testcases",
    "test-cases",
    "test_cases",
    "resources_test",
];
const TESTS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "__test__",
    "__mocks__",
    "spec",
    "specs",
    "e2e",
    "e2e-tests",
    "e2e_tests",
    "cypress",
    "unittests",
    "unit_tests",
    "integration_tests",
    "integration-tests",
    "testsuite",
    "test-d",
    "dtslint",
];
const BENCHMARKS: &[&str] =
    &["bench", "benches", "benchmark", "benchmarks", "asv_bench", "perf_tests", "__benchmarks__", "__bench__"];
const EXAMPLES: &[&str] = &[
    "example",
    "examples",
    "demo",
    "demos",
    "sample",
    "samples",
    "tutorial",
    "tutorials",
    "playground",
    "playgrounds",
    "sandbox",
    "sandboxes",
    "docs_src",
    "snippets",
    "cookbook",
    "quickstart",
    "quickstarts",
];
const DOCS: &[&str] = &["doc", "docs", "documentation", "website", "www"];
/// Only where a repository or a package of it begins: deeper, they are often parts of the product.
const TOOLING: &[&str] =
    &["scripts", "script", "tools", "tool", "ci", "hack", "devtools", "tooling", "buildscripts", "build-scripts"];

impl Place {
    /// By the outermost folder of `path` that says something; documentation counts only if no other does.
    pub fn of(path: &str) -> Option<Self> {
        let mut folders: Vec<&str> = path.split('/').collect();
        folders.pop();
        if folders.iter().any(|folder| is_in(VENDORED, folder)) {
            return Some(Self::Vendored);
        }
        if folders.iter().any(|folder| is_in(FIXTURES, folder)) {
            return Some(Self::Fixture);
        }
        let clear = folders.iter().find_map(|folder| Self::of_folder(folder));
        let docs = || folders.iter().any(|folder| is_in(DOCS, folder)).then_some(Self::Docs);
        clear.or_else(docs).or_else(|| is_tooling(&folders).then_some(Self::Tooling))
    }

    fn of_folder(folder: &str) -> Option<Self> {
        let has_suffix = |suffixes: &[&str]| suffixes.iter().any(|suffix| folder.ends_with(suffix));
        if is_in(TESTS, folder) || has_suffix(&["-tests", "_tests", "-test", "_test", "-e2e"]) {
            Some(Self::Test)
        } else if is_in(BENCHMARKS, folder) {
            Some(Self::Benchmark)
        } else if is_in(EXAMPLES, folder) {
            Some(Self::Example)
        } else {
            None
        }
    }
}

fn is_tooling(folders: &[&str]) -> bool {
    let Some(&first) = folders.first() else { return false };
    is_in(TOOLING, first) || first.starts_with('.') && first != "."
}

fn is_in(names: &[&str], folder: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Place::*;

    #[track_caller]
    fn check(path: &str, expect: Option<Place>) {
        assert_eq!(Place::of(path), expect, "{path}");
    }

    #[test]
    fn the_outermost_folder_counts() {
        check("src/a.py", None);
        check("tests/a.py", Some(Test));
        check("src/__tests__/examples/a.ts", Some(Test));
        check("examples/a/tests/b.rs", Some(Example));
        check("crates/a/benches/b.rs", Some(Benchmark));
        check("packages/a/Demo/b.ts", Some(Example));
        check("driver-tests/a.c", Some(Test));
        check("tests", None);
    }

    #[test]
    fn data_and_copies_win() {
        check("examples/node_modules/a/index.js", Some(Vendored));
        check("pip/_vendor/a.py", Some(Vendored));
        check("tests/fixtures/a.py", Some(Fixture));
        check("src/testdata/a.rs", Some(Fixture));
    }

    #[test]
    fn documentation_gives_way() {
        check("docs/a.md", Some(Docs));
        check("docs/examples/a.py", Some(Example));
        check("docs/test/a.py", Some(Test));
    }

    #[test]
    fn tools_lie_at_the_top() {
        check("scripts/a.py", Some(Tooling));
        check(".github/workflows/a.yml", Some(Tooling));
        check("src/scripts/a.py", None);
    }
}
