-- A text that is none of an ENUM's values, cast and stored.
CREATE TABLE moods (mood ENUM('sad', 'ok'));
INSERT INTO moods VALUES ('glad');
