//! `read`: a whole file, block by block, never without end.

use super::command::{self, FULL};
use super::expect::{self, Fit, Word};
use super::session::{Answer, Session};
use super::stop::{Difference, Stop};
use super::tlv;
use super::transcript::Privacy;
use super::verb::Verb;
use crate::scenario::{FileKind, LastBlock, Le, ReadStyle, Step};
use jpki_apdu::{CommandBuf, StatusWord};

/// More blocks than any way through a file of this card takes.
const MOST_BLOCKS: usize = 4096;
/// More than the 15-bit offset of READ BINARY reaches, with the last block.
const MOST_BYTES: usize = 65_536;

/// What a read brought; `None` when the answer was another plausible one, and nothing more is asked.
pub(crate) type Content = Option<(Vec<u8>, Privacy)>;

/// Selects a file and reads all of it.
pub(crate) fn read(name: &str, step: &Step, session: &mut Session<'_>) -> Result<Content, Stop> {
    let number = command::file_number(name, session)?;
    let selected = session.send(command::select_file(number, name))?;
    if selected.status() != StatusWord::SUCCESS {
        let seen = expect::explained(selected.status());
        return Err(session.fail(Difference::new("9000, and then a READ", seen)));
    }
    if session.names().file(name).is_some_and(|(_, file)| file.kind == FileKind::Record) {
        let record = command::order(&Step::default(), Verb::ReadRecord(1), session)?;
        let answer = session.send(record)?;
        return first(&answer, step, name, session)
            .map(|fit| (fit == Fit::Demanded).then(|| (answer.data().to_vec(), answer.privacy)));
    }
    let mut way = Way { name, step, session, bytes: Vec::new(), privacy: Privacy::Public, blocks: 0 };
    let done = match &step.style {
        Some(style) => way.in_style(style)?,
        None => way.whole_file()?,
    };
    Ok(done.then_some((way.bytes, way.privacy)))
}

/// Holds the first READ against the step's own expectation.
fn first(answer: &Answer, step: &Step, name: &str, session: &mut Session<'_>) -> Result<Fit, Stop> {
    let mut demanded = expect::demanded(step, Verb::Read(name), session, None)?;
    if step.sw.is_none() && !answer.data().is_empty() {
        // A file shorter than a block ends early in its first.
        demanded.push(expect::resolve("@short_read", session)?);
    }
    expect::status_among(&demanded, step, answer.status(), session)
}

/// A way through a file.
struct Way<'w, 'a> {
    name: &'w str,
    step: &'w Step,
    session: &'w mut Session<'a>,
    bytes: Vec<u8>,
    privacy: Privacy,
    blocks: usize,
}

/// How one block came back.
#[derive(PartialEq, Eq)]
enum Block {
    /// With all that was asked for.
    Full,
    /// With less.
    Short,
    /// The file had ended before it.
    Ended,
    /// The first block was refused as the step demands: there is nothing to read on.
    Refused,
    /// The first block was answered in another plausible way.
    Plausible,
}

impl Way<'_, '_> {
    /// Blocks of 256 bytes, or of the step's Le, until one is short or the end is told.
    fn whole_file(&mut self) -> Result<bool, Stop> {
        let le = match self.step.le {
            Some(Le::Bytes(n)) => n,
            _ => FULL,
        };
        loop {
            match self.block(self.bytes.len(), le)? {
                Block::Full => {}
                Block::Short | Block::Ended | Block::Refused => return Ok(true),
                Block::Plausible => return Ok(false),
            }
        }
    }

    /// The way of a client.
    fn in_style(&mut self, style: &ReadStyle) -> Result<bool, Stop> {
        let mut size = None;
        if let Some(header) = style.header {
            match self.block(0, u32::from(header))? {
                Block::Full => {}
                Block::Short | Block::Refused => return Ok(true),
                Block::Plausible => return Ok(false),
                Block::Ended => return Err(self.fail("a header", "the end of the file")),
            }
            size = tlv::size(&self.bytes);
            if size.is_none() {
                let seen = format!("{} bytes that are none", self.bytes.len());
                return Err(self.fail("the header of a BER-TLV object", &seen));
            }
        }
        self.bytes.truncate(usize::from(style.from));
        let exact = matches!(style.last, LastBlock::Exact | LastBlock::Whole);
        if exact && size.is_none() {
            return Err(Stop::suite("a way through a file that knows its length needs its header"));
        }
        let block = u32::from(style.block.clamp(1, 256));
        loop {
            let left = size.map_or(usize::MAX, |size| size.saturating_sub(self.bytes.len()));
            if exact && left == 0 {
                break;
            }
            let le = match style.last {
                LastBlock::Exact => block.min(u32::try_from(left).unwrap_or(block)),
                _ => block,
            };
            match (self.block(self.bytes.len(), le)?, style.last) {
                (Block::Full, _) | (Block::Short, LastBlock::UntilRefused) => {}
                (Block::Short, LastBlock::Whole) if left < le as usize => {}
                (Block::Short | Block::Ended, LastBlock::UntilShort) => break,
                (Block::Ended, LastBlock::UntilRefused) | (Block::Refused, _) => break,
                (Block::Plausible, _) => return Ok(false),
                (Block::Short | Block::Ended, _) => {
                    let expected = format!("{} bytes, {left} of them still to come", self.bytes.len() + left);
                    return Err(self.fail(&expected, &format!("the end after {}", self.bytes.len())));
                }
            }
        }
        let object = tlv::without_filler(&self.bytes).len();
        self.bytes.truncate(object);
        Ok(true)
    }

    /// One READ BINARY; what it brings is added.
    fn block(&mut self, offset: usize, le: u32) -> Result<Block, Stop> {
        self.blocks += 1;
        self.session.check_time()?;
        let at = u16::try_from(offset).ok().filter(|at| *at <= 0x7FFF);
        let (true, Some(at)) = (self.blocks <= MOST_BLOCKS && offset < MOST_BYTES, at) else {
            return Err(self.fail("a file that ends", &format!("no end after {offset} bytes")));
        };
        let order = if self.step.extended && le <= FULL {
            let [hi, lo] = at.to_be_bytes();
            let mut order = command::read_block(at, le, self.name);
            order.bytes = CommandBuf::new(0x00, 0xB0, hi, lo).le(le).extended().encode().unwrap_or_default();
            order
        } else {
            command::read_block(at, le, self.name)
        };
        let answer = self.session.send(order)?;
        self.privacy = answer.privacy;
        let seen = answer.data().len();
        if seen > le as usize {
            return Err(self.fail(&format!("at most {le} bytes"), &format!("{seen} bytes")));
        }
        if self.blocks == 1 {
            if first(&answer, self.step, self.name, self.session)? == Fit::Plausible {
                return Ok(Block::Plausible);
            }
        } else if !self.goes_on(&answer)? {
            return Ok(Block::Ended);
        }
        self.bytes.extend_from_slice(answer.data());
        Ok(match seen {
            _ if self.blocks == 1 && !self.is_data(answer.status())? => Block::Refused,
            0 => Block::Ended,
            _ if seen < le as usize => Block::Short,
            _ => Block::Full,
        })
    }

    /// The word of a READ that brings data: success, or what the profile has for a short one.
    fn is_data(&self, status: StatusWord) -> Result<bool, Stop> {
        Ok(status == StatusWord::SUCCESS || expect::resolve("@short_read", self.session)?.fits(status))
    }

    /// A later READ brings data, or says that the file has ended.
    fn goes_on(&mut self, answer: &Answer) -> Result<bool, Stop> {
        let status = answer.status();
        let ended = expect::resolve("@read_past_end", self.session)?.fits(status)
            || status == StatusWord::OFFSET_OUTSIDE;
        match answer.data() {
            [] if ended || status == StatusWord::SUCCESS => Ok(false),
            [_, ..] if self.is_data(status)? => Ok(true),
            _ => {
                let demanded = [Word::success(), expect::resolve("@read_past_end", self.session)?];
                let expected = demanded.map(|word| word.to_string()).join(" or ");
                Err(self.fail(&expected, &expect::explained(status)))
            }
        }
    }

    fn fail(&self, expected: &str, seen: &str) -> Stop {
        self.session.fail(Difference::new(expected, seen))
    }
}
