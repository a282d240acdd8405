//! The frames of stack traces as Python, V8, Firefox, Java, Go, Rust, .NET, Ruby and PHP print them.

use std::borrow::Cow;

/// Bytes of a trace that are read.
const MAX_BYTES: usize = 1 << 18;

/// Frames that are looked at.
const MAX_FRAMES: usize = 500;

/// A call that had not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// The file. Java says only its name: its folders are those of the package.
    pub path: Cow<'a, str>,
    /// As the language writes it; empty where it says none.
    pub function: &'a str,
    /// From 1; 0 where it is not said.
    pub line: u32,
}

/// The frames of a trace, the innermost first. Of exceptions that caused each other the one that was seen last comes first.
pub(super) fn frames(stack: &str) -> Vec<Frame<'_>> {
    if stack.len() > MAX_BYTES {
        // Python writes the innermost last.
        let tail = &stack[stack.ceil_char_boundary(stack.len() - MAX_BYTES)..];
        let found = python(tail);
        return if found.is_empty() { others(&stack[..stack.floor_char_boundary(MAX_BYTES)]) } else { found };
    }
    let found = python(stack);
    if found.is_empty() { others(stack) } else { found }
}

/// `  File "/app/x.py", line 3, in f`, of groups behind a `|`.
fn python(stack: &str) -> Vec<Frame<'_>> {
    let frame = |line: &'_ str| -> Option<(usize, usize, u32, usize)> {
        let rest = line.trim_start_matches([' ', '|', '+', '-']).strip_prefix("File \"")?;
        let start = line.len() - rest.len();
        let end = start + rest.rfind("\", line ")?;
        let after = &line[end + "\", line ".len()..];
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let function = after[digits..].strip_prefix(", in ").map_or(line.len(), |name| line.len() - name.len());
        Some((start, end, after[..digits].parse().ok()?, function))
    };
    let all = stack.lines().rev().filter_map(|line| {
        let (start, end, number, function) = frame(line)?;
        Some(Frame { path: Cow::Borrowed(&line[start..end]), function: line[function..].trim(), line: number })
    });
    all.take(MAX_FRAMES).collect()
}

fn others(stack: &str) -> Vec<Frame<'_>> {
    let (mut found, mut before) = (Vec::new(), "");
    for line in stack.lines() {
        found.extend(other(line, before.trim()));
        if found.len() == MAX_FRAMES {
            break;
        }
        before = line;
    }
    found
}

fn other<'a>(line: &'a str, before: &'a str) -> Option<Frame<'a>> {
    let text = line.trim();
    if let Some(rest) = text.strip_prefix("at ") {
        return dotnet(rest).or_else(|| java(rest)).or_else(|| v8(rest, before));
    }
    if let Some((_, place)) = text.split_once(" panicked at ") {
        // Before 1.73 the message stood first.
        return located(place.rsplit("', ").next()?.trim_end_matches(':'), "");
    }
    if line.starts_with('\t') {
        return go(text, before).or_else(|| ruby(text));
    }
    text.strip_prefix('#').map_or_else(|| ruby(text).or_else(|| firefox(text)), php)
}

/// `path:line` or `path:line:column`.
fn located<'a>(text: &'a str, function: &'a str) -> Option<Frame<'a>> {
    let (rest, last) = numbered(text)?;
    let (path, line) = numbered(rest).unwrap_or((rest, last));
    (!path.is_empty()).then_some(Frame { path: Cow::Borrowed(path), function, line })
}

fn numbered(text: &str) -> Option<(&str, u32)> {
    let (rest, number) = text.rsplit_once(':')?;
    Some((rest, number.parse().ok()?))
}

/// `f (path:line:column)`, `path:line:column`; Rust writes the function on the line before: `3: crate::f`.
fn v8<'a>(text: &'a str, before: &'a str) -> Option<Frame<'a>> {
    let Some(inside) = text.strip_suffix(')') else {
        let number =
            before.find(": ").filter(|&end| end > 0 && before[..end].bytes().all(|byte| byte.is_ascii_digit()));
        let function = number.map_or("", |end| &before[end + 2..]);
        return located(text.strip_prefix("async ").unwrap_or(text), function);
    };
    let (function, place) = inside.split_once(" (")?;
    // `eval at f (path:1:2), <anonymous>:3:4`: where the text of the code came from.
    let place = match place.strip_prefix("eval at ") {
        Some(origin) => origin.rsplit_once('(')?.1.split(')').next()?,
        None => place,
    };
    located(place, function)
}

/// `f@path:line:column`.
fn firefox(text: &str) -> Option<Frame<'_>> {
    let (function, place) = text.split_once('@')?;
    let (rest, _) = numbered(place)?;
    numbered(rest)?;
    located(place, function)
}

/// `java.base/com.acme.Cart.add(Cart.java:12)`.
fn java(text: &str) -> Option<Frame<'_>> {
    let (function, place) = text.strip_suffix(')')?.split_once('(')?;
    let (file, line) = numbered(place)?;
    if function.ends_with(' ') || file.contains(['/', '\\', ':']) || !file.contains('.') {
        return None;
    }
    let function = function.rsplit_once('/').map_or(function, |(_, function)| function);
    let package = function.rsplit_once('.')?.0.rsplit_once('.').map_or("", |(package, _)| package);
    let path = if package.is_empty() { file.to_owned() } else { format!("{}/{file}", package.replace('.', "/")) };
    Some(Frame { path: Cow::Owned(path), function, line })
}

/// `Acme.Cart.Add(Item item) in C:\build\Cart.cs:line 12`.
fn dotnet(text: &str) -> Option<Frame<'_>> {
    let (rest, line) = text.rsplit_once(":line ")?;
    let (function, path) = rest.split_once(") in ")?;
    Some(Frame { path: Cow::Borrowed(path), function, line: line.trim().parse().ok()? })
}

/// `/app/cart.go:12 +0x1d`, and on the line before `main.(*Cart).Add(0xc0000)`.
fn go<'a>(text: &'a str, before: &'a str) -> Option<Frame<'a>> {
    let place = text.split(" +0x").next()?;
    let function = before.strip_prefix("created by ").unwrap_or(before);
    let function = function.split(" in goroutine ").next().unwrap_or(function);
    let function = function.strip_suffix(')').and_then(|call| call.rsplit_once('(')).map_or(function, |(name, _)| name);
    located(place, function)
}

/// `/app/x.rb:12:in 'f'`.
fn ruby(text: &str) -> Option<Frame<'_>> {
    let (place, function) = text.split_once(":in ")?;
    let (path, line) = numbered(place.strip_prefix("from ").unwrap_or(place))?;
    let function = function.trim_matches(['\'', '`', '"']).trim_start_matches("block in ");
    Some(Frame { path: Cow::Borrowed(path), function, line })
}

/// `0 /app/x.php(12): App\Cart->add()`.
fn php(text: &str) -> Option<Frame<'_>> {
    let (place, function) = text.split_once(' ')?.1.split_once("): ")?;
    let (path, line) = place.rsplit_once('(')?;
    let function = function.split('(').next().unwrap_or(function);
    Some(Frame { path: Cow::Borrowed(path), function, line: line.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stack: &str, expect: &[&str]) {
        let found = frames(stack);
        let show = |frame: &Frame<'_>| format!("{}:{} {}", frame.path, frame.line, frame.function);
        assert_eq!(found.iter().map(show).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn python() {
        let stack = "Traceback (most recent call last):\n  File \"/app/a.py\", line 3, in f\n    g(1)\n    ~^^^\n  \
            File \"/app/b \\\".py\", line 4, in <module>\nValueError: File \"x\"\n";
        check(stack, &["/app/b \\\".py:4 <module>", "/app/a.py:3 f"]);
        check("  + Exception Group Traceback\n  |   File \"a.py\", line 7, in A.f\n  +-+-- 1 --", &["a.py:7 A.f"]);
        check("  File \"a.py\", line 7\n    x = (\nSyntaxError: '(' was never closed", &["a.py:7 "]);
    }

    #[test]
    fn engines_of_scripts() {
        let stack = "Error: at (x:1:2) no\n    at Cart.add (/app/src/cart.js:10:5)\n    at async Promise.all (index 0)\n    \
            at file:///app/main.mjs:1:2\n    at new A (C:\\x\\a.js:1:2)\n    at eval (webpack-internal:///./src/x.js:3:1)\n    \
            at f (eval at g (/app/t.js:7:1), <anonymous>:1:1)\n    at Array.map (<anonymous>)";
        let expect = ["/app/src/cart.js:10 Cart.add", "file:///app/main.mjs:1 ", "C:\\x\\a.js:1 new A"];
        check(stack, &[&expect[..], &["webpack-internal:///./src/x.js:3 eval", "/app/t.js:7 f"]].concat());
        let stack =
            "add@http://localhost/src/cart.js:10:5\nasync*load/<@webpack://a/./x.ts:1:2\n@file:///m.js:3:1\na@b.c";
        let expect = ["http://localhost/src/cart.js:10 add", "webpack://a/./x.ts:1 async*load/<", "file:///m.js:3 "];
        check(stack, &expect);
    }

    #[test]
    fn java() {
        let stack = "java.lang.IllegalStateException: no\n\tat com.acme.shop.Cart.add(Cart.java:12)\n\tat \
            java.base/java.util.ArrayList.forEach(ArrayList.java:1511)\n\tat app//com.acme.Main$1.run(Main.java:3)\n\tat \
            jdk.Foo.bar(Native Method)\nCaused by: x\n\tat com.acme.B.c(B.kt:1)\n\t... 3 more";
        let expect = [
            "com/acme/shop/Cart.java:12 com.acme.shop.Cart.add",
            "java/util/ArrayList.java:1511 java.util.ArrayList.forEach",
        ];
        check(
            stack,
            &[&expect[..], &["com/acme/Main.java:3 com.acme.Main$1.run", "com/acme/B.kt:1 com.acme.B.c"]].concat(),
        );
    }

    #[test]
    fn go() {
        let stack = "panic: no\n\ngoroutine 1 [running]:\nmain.(*Cart).Add(0xc000012, {0x1, 0x2})\n\t/app/cart.go:12 +0x1d\n\
            main.main()\n\t/app/main.go:5\ncreated by main.run in goroutine 1\n\t/app/run.go:9 +0x2";
        check(stack, &["/app/cart.go:12 main.(*Cart).Add", "/app/main.go:5 main.main", "/app/run.go:9 main.run"]);
    }

    #[test]
    fn rust() {
        let stack = "thread 'main' panicked at src/db.rs:42:9:\nno\nstack backtrace:\n   0: std::panicking::begin\n             \
            at /rustc/0123/library/std/src/panicking.rs:5:5\n   1: shop::db::get\n             at ./src/db.rs:42:9\n   \
            2: shop::main\n   3: main\n";
        let expect = ["src/db.rs:42 ", "/rustc/0123/library/std/src/panicking.rs:5 std::panicking::begin"];
        check(stack, &[&expect[..], &["./src/db.rs:42 shop::db::get"]].concat());
    }

    #[test]
    fn others() {
        let stack =
            "System.Exception: no\n   at Acme.Cart.Add(Item item) in C:\\build\\Cart.cs:line 12\n   at Acme.Main()\n";
        check(stack, &["C:\\build\\Cart.cs:12 Acme.Cart.Add(Item item"]);
        check("/app/x.rb:12:in `add'\n\tfrom /app/y.rb:3:in 'Cart#go'", &["/app/x.rb:12 add", "/app/y.rb:3 Cart#go"]);
        check("#0 /app/x.php(12): App\\Cart->add()\n#1 {main}", &["/app/x.php:12 App\\Cart->add"]);
    }

    #[test]
    fn what_is_no_trace() {
        check("", &[]);
        check("at\nat at :::: ()\n\t\n#\n#0 x\n@\n@:1:1\nin x: in y", &[]);
        check(&"at f (x:1:2)\n".repeat(40_000), &["x:1 f"; MAX_FRAMES]);
    }
}
