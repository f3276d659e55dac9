//! What becomes of a file, as a unified diff that `git apply` takes.

use similar::{ChangeTag, TextDiff};

use crate::text::paint::Paint;
use crate::text::words::printable;

/// The change of a file, which may get another name; below a prefix. A file without any text before is new.
pub fn unified(
    prefix: &str,
    old_path: &str,
    before: &str,
    new_path: &str,
    after: &str,
    paint: Paint,
) -> String {
    let below = |path: &str| printable(&format!("{prefix}{path}"));
    let (mut old, new) = (
        format!("a/{}", below(old_path)),
        format!("b/{}", below(new_path)),
    );
    // Each file begins so, for a rename alone has no lines that would end it.
    let mut out = format!("diff --git {old} {new}\n");
    if before.is_empty() && before != after {
        out.push_str("new file mode 100644\n");
        old = "/dev/null".to_owned();
    }
    if old_path != new_path {
        let (from, to) = (below(old_path), below(new_path));
        out.push_str(&format!("rename from {from}\nrename to {to}\n"));
    }
    if before == after {
        return out;
    }
    out.push_str(&format!("--- {old}\n+++ {new}\n"));
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        out.push_str(&paint.quiet(&hunk.header().to_string()));
        out.push('\n');
        for change in hunk.iter_changes() {
            let line = change.value();
            let bare = line.strip_suffix('\n').unwrap_or(line);
            out.push_str(&match change.tag() {
                ChangeTag::Delete => paint.removed(&format!("-{bare}")),
                ChangeTag::Insert => paint.added(&format!("+{bare}")),
                ChangeTag::Equal => format!(" {bare}"),
            });
            out.push('\n');
            if change.missing_newline() {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}
