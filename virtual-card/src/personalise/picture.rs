//! The printed text of the card as pictures: PNG, one bit a pixel, twelve pixels high.
//!
//! Digits are readable. Every other character is a pattern of blocks made from its code point: two texts never look
//! the same, and no font is needed.

use png::{BitDepth, ColorType, Encoder};

const HEIGHT: usize = 12;
/// Width of a digit, and half the width of every other character.
const HALF: usize = 6;

/// The digits 0 to 9 in five columns and seven rows, a byte a row, the left column in bit 4.
const DIGITS: [[u8; 7]; 10] = [
    [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E],
    [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
    [0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F],
    [0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E],
    [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02],
    [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
    [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E],
    [0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
    [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E],
    [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C],
];

/// Draws a text, black on white, as far as it fits into so many pixels.
pub(super) fn draw(text: &str, width: usize) -> Vec<u8> {
    let mut canvas = Canvas { width, bits: vec![0xFF; width.div_ceil(8) * HEIGHT] };
    let mut left = 0;
    for character in text.chars() {
        left += match character {
            '0'..='9' => canvas.digit(left, character as usize - '0' as usize),
            '０'..='９' => canvas.digit(left + HALF / 2, character as usize - '０' as usize) + HALF,
            ' ' => HALF,
            '　' => 2 * HALF,
            _ => canvas.blocks(left, character),
        };
    }
    canvas.encode()
}

struct Canvas {
    width: usize,
    /// Rows of whole bytes, the left pixel in the highest bit; 1 is white.
    bits: Vec<u8>,
}

impl Canvas {
    fn black(&mut self, x: usize, y: usize) {
        if x < self.width {
            self.bits[y * self.width.div_ceil(8) + x / 8] &= !(0x80 >> (x % 8));
        }
    }

    fn digit(&mut self, left: usize, digit: usize) -> usize {
        for (y, row) in DIGITS[digit].iter().enumerate() {
            for x in (0..5).filter(|x| row & (0x10 >> x) != 0) {
                self.black(left + x, y + 3);
            }
        }
        HALF
    }

    /// Four by four blocks of two pixels, set by the sixteen low bits of the code point, under a line as wide.
    fn blocks(&mut self, left: usize, character: char) -> usize {
        (0..8).for_each(|x| self.black(left + x + 2, 10));
        for bit in (0..16).filter(|bit| character as u32 >> bit & 1 == 1) {
            let (x, y) = (left + 2 + bit % 4 * 2, 1 + bit / 4 * 2);
            for (x, y) in [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)] {
                self.black(x, y);
            }
        }
        2 * HALF
    }

    fn encode(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.width as u32, HEIGHT as u32);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        let mut writer = encoder.write_header().expect("a header goes into memory");
        writer.write_image_data(&self.bits).expect("the rows are as long as the header says");
        writer.finish().expect("the end goes into memory");
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// The picture as rows of `#` and `.`, by the decoder's word.
    fn rows(png: &[u8]) -> Vec<String> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut bits = vec![0; reader.output_buffer_size().expect("a small picture")];
        let info = reader.next_frame(&mut bits).expect("a frame");
        assert_eq!((info.color_type, info.bit_depth), (ColorType::Grayscale, BitDepth::One));
        let pixel = |row: &[u8], x: usize| if row[x / 8] & (0x80 >> (x % 8)) == 0 { '#' } else { '.' };
        bits.chunks(info.line_size)
            .map(|row| (0..info.width as usize).map(|x| pixel(row, x)).collect())
            .collect()
    }

    #[test]
    fn digits_are_readable() {
        let rows = rows(&draw("10", 16));
        assert_eq!(
            rows[3..10],
            [
                "..#....###......",
                ".##...#...#.....",
                "..#...#..##.....",
                "..#...#.#.#.....",
                "..#...##..#.....",
                "..#...#...#.....",
                ".###...###......"
            ]
        );
        assert!(rows.iter().take(3).chain(&rows[10..]).all(|row| !row.contains('#')));
    }

    #[rstest]
    #[case::names("見本　太郎", "見本　花子", 216)]
    #[case::digits("9876", "9875", 24)]
    #[case::wide_digits("１－２－３", "１－２－４", 288)]
    fn two_texts_never_look_the_same(#[case] one: &str, #[case] other: &str, #[case] width: usize) {
        assert_ne!(rows(&draw(one, width)), rows(&draw(other, width)));
    }

    #[test]
    fn a_text_that_does_not_fit_is_cut_off() {
        let rows = rows(&draw(&"試".repeat(40), 216));
        assert_eq!((rows.len(), rows[0].len()), (12, 216));
    }
}
