"""The second definition of every measure: plain DuckDB SQL written from the definitions alone, over the facts.

`reference(connection, settings, as_of, window_days)` gives the figures of `siyu measure --json` that the worked
brands list. It knows nothing of siyu.measures and of spans: state is computed per consumer and instant.

Where the definitions leave a choice and the worked brands do not decide it, these readings are taken (definitions.md
states them, each in its section):

* roles.purchase_window_days also bounds the occasions of `basic_buyers`.
* `proven_180d` takes any event, any content and any standing purchase.
* Every relation record's start may settle, also one inside a longer relation. Windows are exact elapsed time and
  include their ends, also over clock changes; an entry at the very instant of an outcome comes before it.
* The brand's T pools entries; the window of an outcome is that of the touchpoint really entered last.
* Credit of a valid referral runs from acceptance to 365 * 24 h after it, both included; outside it the last click at or
  before the payment and at most 7 * 24 h old counts, also for buyers who have a valid referral. Of equal clicks, that
  of the higher primary identifier_id of the inviter counts; of equal acceptances, that of the lower one is the first.
* An order paid at the very instant of acceptance does not spoil the referral; contents without a kind are no reviews.
* The base FAST opens seven days before the day asked, whatever the window.

`states` gives everybody's state around every change, to hold spans against; `occasions` what buyers bought.
"""

from tests.measures.reference.document import cursor_of, occasions, reference, states

__all__ = ["cursor_of", "occasions", "reference", "states"]
