//! Random sessions: chapters that each begin with an application, so that most events mean something.

use jpki_model::{Application, Event, Kind, NewValue, Reference, Reset, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Sessions of up to six chapters. Shrinking drops chapters, then events.
pub(crate) fn sessions() -> impl Strategy<Value = Vec<Event>> {
    vec(chapter(), 1..=6).prop_map(|chapters| chapters.concat())
}

fn chapter() -> impl Strategy<Value = Vec<Event>> {
    // The JPKI application has the keys that lock and the private keys: half of all chapters play there.
    let application = prop_oneof![
        4 => Just(Application::Jpki),
        2 => Just(Application::Text),
        1 => select(Application::ALL.to_vec()),
    ];
    application.prop_flat_map(|application| {
        let entry = prop_oneof![
            6 => Just(Event::SelectApplication(application)),
            1 => prefix(application),
            1 => select(vec![Reset::Cold, Reset::Warm]).prop_map(Event::Reset),
        ];
        (entry, vec(event(application), 0..=16)).prop_map(|(entry, mut events)| {
            events.insert(0, entry);
            events
        })
    })
}

/// SELECT by the beginning of a name, where only one name begins so.
fn prefix(application: Application) -> BoxedStrategy<Event> {
    let shortest = match application {
        Application::Jpki | Application::Issuer => 5,
        Application::Common => 9,
        // The others differ in their last byte only.
        _ => return Just(Event::SelectApplication(application)).boxed(),
    };
    (shortest..application.aid().len() as u8)
        .prop_map(move |bytes| Event::SelectByPrefix(application, bytes))
        .boxed()
}

fn event(application: Application) -> impl Strategy<Value = Event> {
    let value = prop_oneof![3 => Just(Value::Right), 3 => Just(Value::Wrong), 1 => Just(Value::TooShort)];
    let pin = reference(application, |kind| matches!(kind, Kind::Pin(..)));
    let key = reference(application, |kind| matches!(kind, Kind::PrivateKey(_)));
    let readable = reference(application, |kind| matches!(kind, Kind::Transparent(_)));
    prop_oneof![
        4 => file(application, |_| true).prop_map(|id| Event::SelectFile(id.into())),
        8 => (pin.clone(), value).prop_map(|(key, value)| Event::Verify { key, value }),
        2 => pin.prop_map(Event::Query),
        4 => readable.prop_map(Event::Read),
        2 => key.prop_map(Event::Sign),
        1 => Just(Event::SignWithDefaultKey),
        2 => select(vec![NewValue::WellFormed, NewValue::WellFormed, NewValue::Malformed]).prop_map(Event::Change),
        1 => Just(Event::SelectUnknownApplication),
        1 => Just(Event::SelectMasterFile),
        1 => Just(Event::SelectApplication(application)),
        1 => select(vec![Reset::Cold, Reset::Warm]).prop_map(Event::Reset),
    ]
}

/// A file as a command names it: the current one, or by short identifier.
fn reference(application: Application, fits: fn(Kind) -> bool) -> BoxedStrategy<Reference> {
    prop_oneof![2 => Just(Reference::Current), 3 => file(application, fits).prop_map(Reference::Sfi)].boxed()
}

/// Mostly a file that fits; now and then any other, whether it exists or not.
fn file(application: Application, fits: fn(Kind) -> bool) -> BoxedStrategy<u8> {
    let any = 0x01..=0x1Eu8;
    let files = application.files().iter().filter(|(_, kind)| fits(*kind));
    let fitting: Vec<u8> = files.map(|(id, _)| *id as u8).collect();
    if fitting.is_empty() { any.boxed() } else { prop_oneof![9 => select(fitting), 1 => any].boxed() }
}
