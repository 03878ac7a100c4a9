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
