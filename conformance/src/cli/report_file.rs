//! `--report FORMAT=FILE`: a report that a run writes.

use super::Failure;
use crate::report::{JsonReport, Report, junit};
use std::path::PathBuf;
use std::str::FromStr;
use std::{fs, io};

/// A report to write.
#[derive(Clone, Debug)]
pub(super) struct ReportFile {
    format: Format,
    path: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Json,
    Junit,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let (format, path) = words.split_once('=').unwrap_or((words, ""));
        let format = match format {
            "json" => Format::Json,
            "junit" => Format::Junit,
            other => return Err(format!("\"{other}\" is no format of reports: say json=FILE or junit=FILE")),
        };
        if path.is_empty() {
            return Err("a report needs a file, for example json=report.json".to_owned());
        }
        Ok(Self { format, path: path.into() })
    }
}

impl ReportFile {
    /// Writes the report.
    pub(super) fn write(&self, report: &Report<'_>) -> Result<(), Failure> {
        let text = match self.format {
            Format::Json => {
                serde_json::to_string_pretty(&JsonReport::from(report)).map_err(io::Error::other)? + "\n"
            }
            Format::Junit => junit(report).map_err(io::Error::other)?,
        };
        fs::write(&self.path, text)
            .map_err(|error| Failure::usage(format!("cannot write {}: {error}", self.path.display()), None))
    }
}
