//! What holds whatever happens: an oracle that could forget these would be worthless.

use crate::verify;
use jpki_model::{
    Application, Event, Knobs, Model, NewValue, Reference, Reset, Setup, Status, Value, WrongLength,
};
use proptest::prelude::*;

fn events() -> impl Strategy<Value = Vec<Event>> {
    let application = prop::sample::select(Application::ALL.to_vec());
    let value = prop::sample::select(vec![Value::Right, Value::Wrong, Value::TooShort]);
    let reference = || prop_oneof![Just(Reference::Current), (1..=30u8).prop_map(Reference::Sfi)];
    let event = prop_oneof![
        application.prop_map(Event::SelectApplication),
        (1..=30u16).prop_map(Event::SelectFile),
        (1..=30u8, value).prop_map(|(sfi, value)| verify(sfi, value)),
        reference().prop_map(Event::Query),
        reference().prop_map(Event::Read),
        reference().prop_map(Event::Sign),
        Just(Event::Change(NewValue::WellFormed)),
        prop::sample::select(vec![Reset::Cold, Reset::Warm]).prop_map(Event::Reset),
    ];
    prop::collection::vec(event, 1..80)
}

fn knobs() -> impl Strategy<Value = Knobs> {
    let status = || prop::sample::select(vec![Status::Survives, Status::IsLost]);
    let length = prop::sample::select(vec![WrongLength::CostsATry, WrongLength::IsRefused]);
    (status(), status(), status(), length, any::<bool>(), any::<bool>()).prop_map(
        |(same_application_select, warm_reset, failed_verify, wrong_length, read, key)| Knobs {
            same_application_select,
            warm_reset,
            failed_verify,
            wrong_length,
            refused_read_selects: read,
            key_by_sfi_selects: key,
            ..Knobs::default()
        },
    )
}

proptest! {
    #[test]
    fn only_a_right_verify_raises_a_counter_and_nothing_unblocks_a_key(knobs in knobs(), events in events()) {
        let mut model = Model::new(&Setup { knobs, ..Setup::default() });
        for event in events {
            let before = model.look().tries;
            let after = model.apply(&event).tries;
            for ((key, was), (_, is)) in before.into_iter().zip(after) {
                let right = matches!(event, Event::Verify { value: Value::Right, .. });
                prop_assert!(is <= was || right, "{event} raised {key} from {was} to {is}");
                prop_assert!(was > 0 || is == 0, "{event} unblocked {key}");
            }
        }
    }

    #[test]
    fn only_keys_of_the_current_application_with_tries_left_are_verified(knobs in knobs(), events in events()) {
        let mut model = Model::new(&Setup { knobs, ..Setup::default() });
        for event in events {
            let seen = model.apply(&event);
            for key in seen.verified {
                prop_assert_eq!(key.0, seen.application);
                prop_assert!(seen.tries.contains(&(key, 0)).eq(&false), "{} is blocked and verified", key);
            }
        }
    }

    #[test]
    fn the_current_file_belongs_to_the_current_application(knobs in knobs(), events in events()) {
        let mut model = Model::new(&Setup { knobs, ..Setup::default() });
        for event in events {
            let seen = model.apply(&event);
            prop_assert!(seen.file.is_none_or(|file| seen.application.file(file).is_some()));
        }
    }
}
