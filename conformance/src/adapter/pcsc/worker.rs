//! The thread that speaks to PC/SC. `SCardTransmit` knows no time limit: when a card or a driver hangs, the thread is
//! left behind and another one takes its place.

use super::find::{context, find};
use super::readers::holds_a_card;
use super::trouble::{Trouble, may_come_back, of_the_service, told};
use jpki_apdu::{Reset, TransportError, TransportFault};
use pcsc::{Card, Context, Disposition, Error, MAX_BUFFER_SIZE_EXTENDED, Protocols, ShareMode, Transaction};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often a card that has been away is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What the thread is asked to do.
enum Order {
    /// Begins a case: nobody else may use the card from now on, and it is powered off and on.
    Begin {
        /// How long the card may take to come.
        patience: Duration,
    },
    Transmit(Vec<u8>),
    Reset(Reset),
}

/// The answer to reset, or a response.
pub(super) type Reply = Result<Vec<u8>, TransportError>;

/// How long a thread may take to let go of the card when nobody needs it any more.
const GRACE: Duration = Duration::from_secs(1);

/// A thread with a connection to one reader.
pub(super) struct Worker {
    /// `None` when nothing more is asked.
    orders: Option<Sender<Order>>,
    replies: Receiver<Reply>,
    /// The thread still waits to begin a case that was given up.
    owes_a_reply: bool,
}

impl Worker {
    /// Starts a thread for this reader; it connects when a case begins.
    pub(super) fn start(reader: String) -> Self {
        let (orders, to_do) = channel();
        let (done, replies) = channel();
        let wire = Wire { orders: to_do, replies: done };
        thread::spawn(move || Connection { reader, context: None, card: None }.work(&wire));
        Self { orders: Some(orders), replies, owes_a_reply: false }
    }

    /// Begins a case; the answer to reset. Waiting for another program's transaction, too, knows no time limit: the
    /// thread goes on with it, and the next case begins when that has come to an end. Another thread would only wait
    /// beside this one, and pcscd serves no more than 200.
    pub(super) fn begin(&mut self, patience: Duration, limit: Duration) -> Reply {
        let limit = patience + limit;
        if self.owes_a_reply {
            match self.replies.recv_timeout(limit) {
                // It is for the case that was given up.
                Ok(_) => self.owes_a_reply = false,
                Err(RecvTimeoutError::Timeout) => return Err(kept_busy()),
                Err(RecvTimeoutError::Disconnected) => return Err(stopped()),
            }
        }
        let reply = self.ask(Order::Begin { patience }, limit);
        self.owes_a_reply = timed_out(&reply);
        if self.owes_a_reply { Err(kept_busy()) } else { reply }
    }

    /// Sends a command.
    pub(super) fn transmit(&mut self, command: &[u8], limit: Duration) -> Reply {
        self.ask(Order::Transmit(command.to_vec()), limit)
    }

    /// Resets the card; the answer to reset.
    pub(super) fn reset(&mut self, reset: Reset, limit: Duration) -> Reply {
        self.ask(Order::Reset(reset), limit)
    }

    fn ask(&mut self, order: Order, limit: Duration) -> Reply {
        if self.owes_a_reply {
            return Err(kept_busy());
        }
        let orders = self.orders.as_ref().ok_or_else(stopped)?;
        orders.send(order).map_err(|_| stopped())?;
        match self.replies.recv_timeout(limit) {
            Ok(reply) => reply,
            Err(RecvTimeoutError::Disconnected) => Err(stopped()),
            Err(RecvTimeoutError::Timeout) => {
                Err(TransportError::new(TransportFault::TimedOut, "nothing came back through PC/SC"))
            }
        }
    }
}

impl Drop for Worker {
    /// The program may end next: the card is reset before that, unless the thread hangs.
    fn drop(&mut self) {
        self.orders = None;
        while self.replies.recv_timeout(GRACE).is_ok() {}
    }
}

/// Nothing came within the limit.
pub(super) fn timed_out(reply: &Reply) -> bool {
    matches!(reply, Err(error) if error.fault == TransportFault::TimedOut)
}

fn stopped() -> TransportError {
    TransportError::new(TransportFault::Environment, "the thread that speaks to PC/SC has ended")
}

fn kept_busy() -> TransportError {
    let detail = "the reader is kept busy: another program is in a transaction with the card, or the reader waits for \
                  an answer that does not come; end the other program, or take the card out and put it in again";
    TransportError::new(TransportFault::Environment, detail)
}

/// The thread's end of the channels.
struct Wire {
    orders: Receiver<Order>,
    replies: Sender<Reply>,
}

impl Wire {
    /// The next order; `None` when nobody is there to give one.
    fn next(&self) -> Option<Order> {
        self.orders.recv().ok()
    }

    /// Whoever no longer listens is told nothing.
    fn reply(&self, reply: Reply) {
        _ = self.replies.send(reply);
    }
}

/// What the thread holds. Dropping the card resets it: nobody finds our security status.
struct Connection {
    reader: String,
    context: Option<Context>,
    card: Option<Card>,
}

impl Connection {
    fn work(mut self, wire: &Wire) {
        let mut next = wire.next();
        while let Some(order) = next {
            next = match order {
                Order::Begin { patience } => self.case(patience, wire),
                Order::Transmit(_) | Order::Reset(_) => {
                    wire.reply(Err(told(Error::NoSmartcard)));
                    wire.next()
                }
            };
        }
    }

    /// A case, to the order that begins the next one. A card that is away is waited for.
    fn case(&mut self, patience: Duration, wire: &Wire) -> Option<Order> {
        let deadline = Instant::now() + patience;
        loop {
            match self.play(wire) {
                Ok(next) => return next,
                Err(trouble) if trouble.may_pass() && Instant::now() < deadline => thread::sleep(LOOK_AGAIN),
                Err(trouble) => {
                    wire.reply(Err(trouble.told()));
                    return wire.next();
                }
            }
        }
    }

    /// Connects where that is needed, and plays a case within one transaction: nobody interferes.
    fn play(&mut self, wire: &Wire) -> Result<Option<Order>, Trouble> {
        let reader = self.reader.clone();
        let mut played = self.connected(&reader).and_then(|card| {
            let mut transaction = begin(card)?;
            let atr = power_up(&mut transaction, Disposition::UnpowerCard)?;
            wire.reply(Ok(atr));
            let (next, lost) = exchange(&mut transaction, wire);
            if lost.is_none() {
                // Other programs may have the card now, but not what our PINs have opened. A card that cannot be
                // reset has no power, or is not there.
                _ = transaction.end(Disposition::ResetCard);
            }
            Ok((next, lost))
        });
        let lost = match &mut played {
            Ok((_, lost)) => lost.take(),
            Err(trouble) => trouble.code(),
        };
        if let Some(error) = lost {
            self.lose(error);
        }
        played.map(|(next, _)| next)
    }

    fn connected(&mut self, reader: &str) -> Result<&mut Card, Trouble> {
        let context = match self.context.take() {
            Some(context) => self.context.insert(context),
            None => self.context.insert(context()?),
        };
        match self.card.take() {
            Some(card) => Ok(self.card.insert(card)),
            None => {
                let name = find(reader, context)?;
                // One that is connected to before the service has seen it come is reset when it does.
                if !holds_a_card(context, &name)? {
                    return Err(Error::NoSmartcard.into());
                }
                Ok(self.card.insert(context.connect(&name, ShareMode::Shared, Protocols::ANY)?))
            }
        }
    }

    /// What came from a connection that is lost is of no use any more.
    fn lose(&mut self, error: Error) {
        if may_come_back(error)
            && let Some(card) = self.card.take()
        {
            // A reset would make the service believe that a card is in, before it sees the next one come. The handle
            // of a card that is away may be void: then there is nothing to let go.
            _ = card.disconnect(Disposition::LeaveCard);
        }
        if of_the_service(error) {
            self.context = None;
        }
    }
}

/// Begins a transaction. That another program has reset the card in the meantime is no news to a case that begins.
fn begin(card: &mut Card) -> Result<Transaction<'_>, Error> {
    match card.transaction2() {
        Ok(transaction) => Ok(transaction),
        Err((card, Error::ResetCard)) => {
            card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)?;
            card.transaction()
        }
        Err((_, error)) => Err(error),
    }
}

/// Resets the card or takes its power away for a moment; its answer to reset.
fn power_up(transaction: &mut Transaction<'_>, how: Disposition) -> Result<Vec<u8>, Error> {
    transaction.reconnect(ShareMode::Shared, Protocols::ANY, how)?;
    Ok(transaction.status2_owned()?.atr().to_vec())
}

/// Sends a command. pcscd looks at the card every 400 ms; where that meets a reset, it forgets which protocol was chosen,
/// and refuses the next command before the driver sees it. So it can be sent once more: no try is spent.
fn transmit(transaction: &mut Transaction<'_>, command: &[u8], buffer: &mut [u8]) -> Result<Vec<u8>, Error> {
    match transaction.transmit(command, buffer) {
        Err(Error::ProtoMismatch) => {
            transaction.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)?;
            transaction.transmit(command, buffer).map(<[u8]>::to_vec)
        }
        answer => answer.map(<[u8]>::to_vec),
    }
}

/// Carries out orders until another case begins: its order, and what broke the connection if something did.
fn exchange(transaction: &mut Transaction<'_>, wire: &Wire) -> (Option<Order>, Option<Error>) {
    // Never too small: a client that repeats a command for the sake of a short buffer spends a second try.
    let mut buffer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
    let mut lost = None;
    loop {
        let reply = match wire.next() {
            Some(Order::Transmit(command)) => match transmit(transaction, &command, &mut buffer) {
                // A card that is pulled while it works: some drivers call nothing an answer.
                Ok(answer) if answer.is_empty() => Err(Error::NotTransacted),
                answer => answer,
            },
            Some(Order::Reset(Reset::Cold)) => power_up(transaction, Disposition::UnpowerCard),
            Some(Order::Reset(Reset::Warm)) => power_up(transaction, Disposition::ResetCard),
            next => return (next, lost),
        };
        if let Err(error) = reply {
            lost.get_or_insert(error);
        }
        wire.reply(reply.map_err(told));
    }
}
