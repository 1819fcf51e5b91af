//! The bytes that an import reads: files, a folder's files or standard input, and never more than is sensible.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::finding::Finding;

/// Above any list of one cluster's CNI objects, and small enough to be held in memory with all that is made of it.
pub const LARGEST_INPUT: u64 = 32 << 20;

/// What stands for standard input on the command line.
const STANDARD_INPUT: &str = "-";

/// One text and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// As errors name it.
    pub name: String,
    /// UTF-8, without a byte order mark.
    pub text: String,
}

/// Reads one file, a pipe, or standard input for `-`.
///
/// # Errors
/// When it cannot be read, is too large or is no text.
pub fn read(path: &Path) -> Result<Input, Finding> {
    if path.as_os_str() == STANDARD_INPUT {
        return limited("standard input", io::stdin().lock());
    }
    let name = path.display().to_string();
    let problem = |error: io::Error| Finding::refusal(format!("{name}: {error}"));
    let file = File::open(path).map_err(problem)?;
    let meta = file.metadata().map_err(problem)?;
    if meta.is_dir() {
        return Err(
            Finding::refusal(format!("{name} is a folder")).hint("name a file in it, or `-` for standard input")
        );
    }
    if meta.len() > LARGEST_INPUT {
        return Err(too_large(&name, &format!("{} MiB", meta.len().div_ceil(1 << 20))));
    }
    limited(&name, file)
}

/// Reads a folder's YAML and JSON files in the order of their names, or one file, or standard input for `-`.
///
/// # Errors
/// When something cannot be read, all together is too large, or there is no such file.
pub fn read_all(path: &Path) -> Result<Vec<Input>, Finding> {
    if !path.is_dir() {
        return Ok(vec![read(path)?]);
    }
    let name = path.display().to_string();
    let mut inputs: Vec<Input> = Vec::new();
    let mut total = 0;
    // Links are not followed: a folder may come from a repository that nobody has read.
    for entry in walkdir::WalkDir::new(path).min_depth(1).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|error| Finding::refusal(error.to_string()))?;
        let wanted =
            ["yaml", "yml", "json"].iter().any(|ext| entry.path().extension().is_some_and(|found| found == *ext));
        if !entry.file_type().is_file() || !wanted {
            continue;
        }
        let input = read(entry.path())?;
        total += input.text.len() as u64;
        if total > LARGEST_INPUT {
            return Err(too_large(&name, &format!("more than {} MiB of YAML", LARGEST_INPUT >> 20)));
        }
        inputs.push(input);
    }
    if inputs.is_empty() {
        return Err(Finding::refusal(format!("{name} holds no .yaml, .yml or .json file")));
    }
    Ok(inputs)
}

fn limited(name: &str, stream: impl io::Read) -> Result<Input, Finding> {
    let mut bytes = Vec::new();
    let read = stream.take(LARGEST_INPUT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Finding::refusal(format!("{name}: {error}")))?;
    if bytes.len() as u64 > LARGEST_INPUT {
        return Err(too_large(name, &format!("more than {} MiB", LARGEST_INPUT >> 20)));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Finding::refusal(format!("{name} is not UTF-8 text")).hint("save it as UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(Input { name: name.to_owned(), text })
}

fn too_large(name: &str, size: &str) -> Finding {
    Finding::refusal(format!("{name} has {size}; an import reads {} MiB", LARGEST_INPUT >> 20))
        .hint("export the objects of the CNI alone, not those of the whole cluster")
}
