"""The ground floor: configuration, storage, text, audio and the rows that every other part shares."""
