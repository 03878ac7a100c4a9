//! `list`: what there is, a line each.

use super::explain::{confidence, label, level, role};
use super::{Data, Failure};
use crate::catalogue::{Catalogue, Confidence, Level, Role, Rule};
use crate::exit_code::ExitCode;
use crate::scenario::Case;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;

/// What to list.
#[derive(Debug, Subcommand)]
pub(super) enum ListVerb {
    /// The rules of the catalogue
    Rules(RulesArgs),
    /// The scenarios and what they check
    Scenarios(ScenariosArgs),
    /// The cards that scenarios use and the virtual card can play
    Cards(PlainArgs),
    /// The documents that the rules were read from
    Documents(PlainArgs),
    /// The documented error codes
    Codes(PlainArgs),
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// Only rules that bind this role: card, card-client, eligibility-service, …
    #[arg(long, value_parser = word::<Role>)]
    role: Option<Role>,
    /// Only rules of this level: must, should, may, info
    #[arg(long, value_parser = word::<Level>)]
    level: Option<Level>,
    /// Only rules that are this sure: published, observed, client-code, standard, assumed
    #[arg(long, value_parser = word::<Confidence>)]
    confidence: Option<Confidence>,
    /// Only rules whose id begins so: WIRE, CARD-PIN
    #[arg(long)]
    domain: Option<String>,
    /// Only rules in force on this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Only rules that no implementation can be tested for, with the reason
    #[arg(long)]
    untestable: bool,
    #[command(flatten)]
    plain: PlainArgs,
}

#[derive(Debug, Args)]
pub(super) struct ScenariosArgs {
    /// Only scenarios that check this rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Only scenarios that judge this role
    #[arg(long, value_parser = word::<Role>)]
    role: Option<Role>,
    #[command(flatten)]
    plain: PlainArgs,
}

#[derive(Debug, Args)]
pub(super) struct PlainArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Lists what was asked for; each line is one thing.
///
/// # Errors
/// The data is wrong, or a filter names a rule that does not exist.
pub(super) fn list(verb: &ListVerb, data: &Data, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    match verb {
        ListVerb::Rules(args) => rules(args, &data.catalogue()?, out)?,
        ListVerb::Scenarios(args) => scenarios(args, data, out)?,
        ListVerb::Cards(args) => cards(args, data, out)?,
        ListVerb::Documents(args) => documents(args, &data.catalogue()?, out)?,
        ListVerb::Codes(args) => codes(args, &data.catalogue()?, out)?,
    }
    Ok(ExitCode::Conformant)
}

fn rules(args: &RulesArgs, catalogue: &Catalogue, out: &mut dyn Write) -> Result<(), Failure> {
    let domain = args.domain.as_ref().map(|domain| domain.to_uppercase());
    let in_domain = |rule: &Rule, domain: &String| {
        rule.id.strip_prefix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let wanted = |rule: &&Rule| {
        args.role.is_none_or(|role| rule.role == role)
            && args.level.is_none_or(|level| rule.level == level)
            && args.confidence.is_none_or(|confidence| rule.confidence == confidence)
            && domain.as_ref().is_none_or(|domain| in_domain(rule, domain))
            && args.as_of.is_none_or(|day| catalogue.period(&rule.id).unwrap_or_default().contains(day))
            && (!args.untestable || rule.untestable.is_some())
    };
    let rules: Vec<&Rule> = catalogue.rules().filter(wanted).collect();
    if args.plain.json {
        return super::json(&rules, out);
    }
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in rules {
        let why = match &rule.untestable {
            Some(reason) if args.untestable => reason.clone(),
            _ => format!("{} · {} · {}", role(rule.role), level(rule.level), confidence(rule.confidence)),
        };
        writeln!(out, "{:width$}  {}  ({why})", rule.id, rule.title)?;
    }
    Ok(())
}

/// A scenario in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct ScenarioLine<'a> {
    id: &'a str,
    role: Role,
    rules: Vec<&'a str>,
    rows: usize,
    effects: Vec<&'a str>,
    file: &'a str,
    line: usize,
}

fn scenarios(args: &ScenariosArgs, data: &Data, out: &mut dyn Write) -> Result<(), Failure> {
    let suite = data.suite()?;
    let rule = match &args.rule {
        None => None,
        Some(id) => Some(suite.catalogue.rule_like(id).ok_or_else(|| {
            let known = suite.catalogue.rules().map(|rule| &*rule.id);
            let hint = crate::closest::closest(id, known).map(|id| format!("did you mean \"{id}\"?"));
            Failure::usage(format!("no rule is called \"{id}\""), hint)
        })?),
    };
    let wanted = |case: &&Case| {
        args.role.is_none_or(|role| case.role == role)
            && rule.is_none_or(|rule| case.rules.contains(&rule.id))
    };
    let mut lines: Vec<ScenarioLine<'_>> = Vec::new();
    for case in suite.cases.iter().filter(wanted) {
        match lines.last_mut() {
            Some(line) if line.id == case.scenario => {
                line.rows += 1;
                add(&mut line.rules, &case.rules);
                add(&mut line.effects, &case.effects);
            }
            _ => {
                let (file, line) = (&*case.place.0, case.place.1);
                let (mut rules, mut effects) = (Vec::new(), Vec::new());
                add(&mut rules, &case.rules);
                add(&mut effects, &case.effects);
                lines.push(ScenarioLine {
                    id: &case.scenario,
                    role: case.role,
                    rules,
                    rows: 1,
                    effects,
                    file,
                    line,
                });
            }
        }
    }
    if args.plain.json {
        return super::json(&lines, out);
    }
    for ScenarioLine { id, rules, rows, file, line, .. } in lines {
        let rows = if rows == 1 { String::new() } else { format!(" · {rows} rows") };
        writeln!(out, "{id}  ({}{rows})  {file}:{line}", rules.join(", "))?;
    }
    Ok(())
}

fn add<'a>(list: &mut Vec<&'a str>, more: &'a [String]) {
    for word in more {
        if !list.contains(&&**word) {
            list.push(word);
        }
    }
}

/// A card in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct CardLine {
    name: String,
    title: String,
}

fn cards(args: &PlainArgs, data: &Data, out: &mut dyn Write) -> Result<(), Failure> {
    let vectors = data.vectors()?;
    let title = |text: &str| {
        let table: toml::Table = text.parse().ok()?;
        table.get("title")?.as_str().map(str::to_owned)
    };
    let line = |file: &crate::vectors::SourceFile| CardLine {
        name: file.stem().to_owned(),
        title: title(&file.text).unwrap_or_default(),
    };
    let cards: Vec<CardLine> = vectors.under("cards").map(line).collect();
    if args.json {
        return super::json(&cards, out);
    }
    let width = cards.iter().map(|card| card.name.len()).max().unwrap_or_default();
    for CardLine { name, title } in cards {
        writeln!(out, "{name:width$}  {title}")?;
    }
    Ok(())
}

fn documents(args: &PlainArgs, catalogue: &Catalogue, out: &mut dyn Write) -> Result<(), Failure> {
    let documents: Vec<_> = catalogue.documents().collect();
    if args.json {
        return super::json(&documents, out);
    }
    let width = documents.iter().map(|document| document.id.len()).max().unwrap_or_default();
    for document in documents {
        let name = document.title_en.as_ref().unwrap_or(&document.title);
        let date = document.date.as_ref().map(|date| format!(" · {date}")).unwrap_or_default();
        writeln!(out, "{:width$}  {name}  ({}{date})", document.id, document.title)?;
    }
    Ok(())
}

/// A code in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct CodeLine<'a> {
    code: &'a str,
    detail: Option<&'a str>,
    platform: &'a str,
    class: &'a str,
    meaning: &'a str,
    rule: &'a str,
}

fn codes(args: &PlainArgs, catalogue: &Catalogue, out: &mut dyn Write) -> Result<(), Failure> {
    let with_code = catalogue.rules().filter_map(|rule| rule.code.as_ref().map(|code| (rule, code)));
    if args.json {
        let lines = with_code.filter_map(|(rule, code)| {
            Some(CodeLine {
                code: code.code.as_deref()?,
                detail: code.detail.as_deref(),
                platform: &code.platform,
                class: &code.class,
                meaning: &code.meaning,
                rule: &rule.id,
            })
        });
        return super::json(&lines.collect::<Vec<_>>(), out);
    }
    for (rule, code) in with_code.filter(|(_, code)| code.code.is_some()) {
        writeln!(out, "{:<22}  {:<11}  {}  ({})", label(code), code.platform, code.meaning, rule.id)?;
    }
    Ok(())
}

/// A word of the data as an argument; an unknown one is answered with those that are known.
fn word<T: DeserializeOwned + JsonSchema>(text: &str) -> Result<T, String> {
    let value = serde_json::Value::String(text.to_lowercase());
    serde_json::from_value(value).map_err(|error| error.to_string().replace('`', "\""))
}
