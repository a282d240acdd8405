//! What the text of an import means before anything is looked up.

/// A specifier without query and loaders.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Specifier<'s> {
    /// `./a`, `..`.
    Relative(&'s str),
    /// `/src/main.ts`.
    Rooted(&'s str),
    /// `#internal`.
    Internal(&'s str),
    /// A module of Node.js, normalised to `node:fs`.
    Builtin(String),
    /// `virtual:pages`, `https://esm.sh` of a URL: nothing that files answer.
    Scheme(&'s str),
    /// `react`, `@scope/name/sub/path`, and aliases.
    Bare(&'s str),
    /// Nothing.
    Empty,
}

/// Node's modules that need no `node:`; from `module.builtinModules` of Node 24, without internal ones.
const BUILTINS: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Sorts a specifier as it is written.
pub(super) fn classify(written: &str) -> Specifier<'_> {
    let module = written.rsplit('!').next().unwrap_or(written);
    let module = module.split('?').next().unwrap_or(module);
    if module.is_empty() {
        Specifier::Empty
    } else if module == "." || module == ".." || module.starts_with("./") || module.starts_with("../") {
        Specifier::Relative(module)
    } else if module.starts_with("//") {
        Specifier::Scheme(module)
    } else if let Some(path) = module.strip_prefix('/') {
        Specifier::Rooted(path)
    } else if module.starts_with('#') {
        Specifier::Internal(module)
    } else if let Some(name) = module.strip_prefix("node:") {
        Specifier::Builtin(format!("node:{}", package_name(name)))
    } else if let Some(end) = module.find("://") {
        let host_end = module[end + 3..].find('/').map_or(module.len(), |slash| end + 3 + slash);
        Specifier::Scheme(&module[..host_end])
    } else if module.split('/').next().is_some_and(|first| first.contains(':')) {
        Specifier::Scheme(module)
    } else {
        Specifier::Bare(module)
    }
}

/// `node:fs` for `fs` and `fs/promises`. A trailing slash asks for the package of that name.
pub(super) fn builtin(name: &str) -> Option<String> {
    let first = name.split('/').next().unwrap_or(name);
    (BUILTINS.binary_search(&first).is_ok() && !name.ends_with('/')).then(|| format!("node:{first}"))
}

/// `@scope/name` or `name`, without the path inside the package.
pub(super) fn package_name(module: &str) -> &str {
    let mut slashes = module.bytes().enumerate().filter(|&(_, byte)| byte == b'/').map(|(at, _)| at);
    let end = if module.starts_with('@') { slashes.nth(1) } else { slashes.next() };
    &module[..end.unwrap_or(module.len())]
}

/// True for names that no package can have, such as `@/a`, `~/a` and `$lib/a`.
pub(super) fn is_alias(name: &str) -> bool {
    let package = package_name(name);
    package.starts_with(['~', '$', '.', '_', '^'])
        || package == "@"
        || package.starts_with("@/")
        || (package.starts_with('@') && !package.contains('/'))
        || package.contains([' ', '*', '(', ')', '\\', '%', '<', '{', '\n'])
}
