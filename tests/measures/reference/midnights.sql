-- The three midnights a document is about.
CREATE VIEW opening AS FROM state WHERE moment = getvariable('opening');
CREATE VIEW closing AS FROM state WHERE moment = getvariable('closing');
CREATE VIEW fast_opening AS FROM state WHERE moment = getvariable('fast_opening');
