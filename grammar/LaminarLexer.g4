// The words and signs of Laminar SQL.
//
// The lexer reads UTF-8 bytes, not code points: token positions are byte offsets into the source text. Letters arrive
// in upper case (CaseFoldingStream), which makes keywords case-insensitive; bytes above 0x7F count as letters of a name.
// Unterminated strings, names and comments never get here: the statement splitter reports them first.
lexer grammar LaminarLexer;

@lexer::postinclude {
#include "parser/tokens/lexical_forms.h"
}

@lexer::members {
    // Bodies that a regular expression cannot describe: nested comments, and dollar-quoted strings that end with their own tag.
    void finish_block_comment() { laminar::finish_block_comment(*_input); }
    void finish_dollar_string() { laminar::finish_dollar_string(*_input, tokenStartCharIndex); }
}

// Given by the token classifier, which knows the neighbours of a token: see parser/tokens/token_classifier.h.
tokens { CLOSE_ANGLE, INTERVAL_UNIT, OPEN_ANGLE, OPEN_QUERY, PERCENT_SIGN, QUANTIFIER, UNSIGNED, WITH_ZONE, WITHOUT_ZONE }

// Keywords
ALL: 'ALL';
ALTER: 'ALTER';
ALWAYS: 'ALWAYS';
ANALYZE: 'ANALYZE';
AND: 'AND';
ANTI: 'ANTI';
ANY: 'ANY';
ARRAY: 'ARRAY';
AS: 'AS';
ASC: 'ASC';
ASOF: 'ASOF';
AT: 'AT';
BETWEEN: 'BETWEEN';
BOTH: 'BOTH';
BY: 'BY';
CASCADE: 'CASCADE';
CASE: 'CASE';
CAST: 'CAST';
COLLATE: 'COLLATE';
CONNECTION: 'CONNECTION';
CONNECTIONS: 'CONNECTIONS';
CONNECTOR: 'CONNECTOR';
CONNECTORS: 'CONNECTORS';
COUNT: 'COUNT';
CREATE: 'CREATE';
CROSS: 'CROSS';
CUBE: 'CUBE';
CURRENT: 'CURRENT';
DEFAULT: 'DEFAULT';
DESC: 'DESC';
DESCRIBE: 'DESCRIBE';
DISTINCT: 'DISTINCT';
DROP: 'DROP';
ELSE: 'ELSE';
END: 'END';
ESCAPE: 'ESCAPE';
EXCEPT: 'EXCEPT';
EXCLUDE: 'EXCLUDE';
EXISTS: 'EXISTS';
EXPLAIN: 'EXPLAIN';
FALSE: 'FALSE';
FETCH: 'FETCH';
FILTER: 'FILTER';
FIRST: 'FIRST';
FOLLOWING: 'FOLLOWING';
FOR: 'FOR';
FROM: 'FROM';
FULL: 'FULL';
FUNCTION: 'FUNCTION';
FUNCTIONS: 'FUNCTIONS';
GENERATED: 'GENERATED';
GLOB: 'GLOB';
GROUP: 'GROUP';
GROUPING: 'GROUPING';
GROUPS: 'GROUPS';
HAVING: 'HAVING';
IF: 'IF';
IGNORE: 'IGNORE';
ILIKE: 'ILIKE';
IN: 'IN';
INNER: 'INNER';
INSERT: 'INSERT';
INTERSECT: 'INTERSECT';
INTERVAL: 'INTERVAL';
INTO: 'INTO';
IS: 'IS';
ISNULL: 'ISNULL';
JOIN: 'JOIN';
KEY: 'KEY';
LAMBDA: 'LAMBDA';
LAST: 'LAST';
LATERAL: 'LATERAL';
LEADING: 'LEADING';
LEFT: 'LEFT';
LIKE: 'LIKE';
LIMIT: 'LIMIT';
MAP: 'MAP';
MATERIALIZED: 'MATERIALIZED';
NAME: 'NAME';
NATURAL: 'NATURAL';
NEXT: 'NEXT';
NO: 'NO';
NOT: 'NOT';
NOTNULL: 'NOTNULL';
NULL_: 'NULL';
NULLS: 'NULLS';
OFFSET: 'OFFSET';
ON: 'ON';
ONLY: 'ONLY';
OR: 'OR';
ORDER: 'ORDER';
ORDINALITY: 'ORDINALITY';
OTHERS: 'OTHERS';
OUTER: 'OUTER';
OVER: 'OVER';
PARTITION: 'PARTITION';
PAUSE: 'PAUSE';
PERCENT: 'PERCENT';
PIPELINE: 'PIPELINE';
PIPELINES: 'PIPELINES';
PLACING: 'PLACING';
POSITIONAL: 'POSITIONAL';
PRECEDING: 'PRECEDING';
PRECISION: 'PRECISION';
PRIMARY: 'PRIMARY';
QUALIFY: 'QUALIFY';
RANGE: 'RANGE';
READ: 'READ';
RECURSIVE: 'RECURSIVE';
RENAME: 'RENAME';
REPEATABLE: 'REPEATABLE';
REPLACE: 'REPLACE';
RESPECT: 'RESPECT';
RESTRICT: 'RESTRICT';
RESUME: 'RESUME';
RIGHT: 'RIGHT';
ROLLUP: 'ROLLUP';
ROW: 'ROW';
ROWS: 'ROWS';
SAMPLE: 'SAMPLE';
SELECT: 'SELECT';
SEMI: 'SEMI';
SET: 'SET';
SETS: 'SETS';
SETTINGS: 'SETTINGS';
SHOW: 'SHOW';
SIMILAR: 'SIMILAR';
SOME: 'SOME';
STORED: 'STORED';
SUBSCRIBE: 'SUBSCRIBE';
TABLE: 'TABLE';
TABLES: 'TABLES';
TABLESAMPLE: 'TABLESAMPLE';
THEN: 'THEN';
TIES: 'TIES';
TIME: 'TIME';
TIMEOUT: 'TIMEOUT';
TO: 'TO';
TRAILING: 'TRAILING';
TRUE: 'TRUE';
TRY_CAST: 'TRY_CAST';
UNBOUNDED: 'UNBOUNDED';
UNION: 'UNION';
UNKNOWN: 'UNKNOWN';
USING: 'USING';
VALUE: 'VALUE';
VALUES: 'VALUES';
VARYING: 'VARYING';
VIEW: 'VIEW';
VIEWS: 'VIEWS';
VIRTUAL: 'VIRTUAL';
WAIT: 'WAIT';
WATERMARK: 'WATERMARK';
WHEN: 'WHEN';
WHERE: 'WHERE';
WINDOW: 'WINDOW';
WITH: 'WITH';
WITHIN: 'WITHIN';
WITHOUT: 'WITHOUT';
ZONE: 'ZONE';

// Signs
OPEN: '(';
CLOSE: ')';
OPEN_BRACKET: '[';
CLOSE_BRACKET: ']';
OPEN_BRACE: '{';
CLOSE_BRACE: '}';
COMMA: ',';
DOT: '.';
SEMICOLON: ';';
COLON: ':';
COLONS: '::';
ASSIGN: ':=';
FAT_ARROW: '=>';

// Operators
EQUAL: '=';
EQUAL_EQUAL: '==';
NOT_EQUAL: '<>' | '!=';
LESS: '<';
LESS_EQUAL: '<=';
GREATER: '>';
GREATER_EQUAL: '>=';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
SLASH_SLASH: '//';
PERCENT_OPERATOR: '%';
POWER: '^' | '**';
ARROW: '->';
LONG_ARROW: '->>';
TILDE: '~';
AT_SIGN: '@';
OTHER_OPERATOR
    : '||' | '&' | '|' | '<<' | '>>' | '&&' | '^@' | '@>' | '<@' | '~~' | '!~~' | '~~*' | '!~~*' | '~~~' | '!~' | '~*'
    | '!~*' | '<->' | '<=>' | '<#>'
    ;

// Constants
STRING: '\'' (~['] | '\'\'')* '\'';
ESCAPE_STRING: 'E\'' (~['\\] | '\\' . | '\'\'')* '\'';
BLOB: 'X\'' ~[']* '\'';
DOLLAR_STRING: '$' ([A-Z_\u0080-\u00FF] [A-Z0-9_\u0080-\u00FF]*)? '$' { finish_dollar_string(); };
INTEGER: DIGITS | '0X' [0-9A-F] ('_'? [0-9A-F])* | '0B' [01] ('_'? [01])* | '0O' [0-7] ('_'? [0-7])*;
DECIMAL: DIGITS '.' DIGITS? | '.' DIGITS;
REAL: (DIGITS | DIGITS '.' DIGITS? | '.' DIGITS) 'E' [+-]? DIGITS;
MALFORMED_NUMBER: [0-9] [0-9_]* ('.' [0-9]*)? [A-Z_\u0080-\u00FF] [A-Z0-9_\u0080-\u00FF]*;

// Names
IDENTIFIER: [A-Z_\u0080-\u00FF] [A-Z0-9_$\u0080-\u00FF]*;
QUOTED_IDENTIFIER: '"' (~["] | '""')* '"';

LINE_COMMENT: '--' ~[\r\n]* -> skip;
BLOCK_COMMENT: '/*' { finish_block_comment(); } -> skip;
WHITESPACE: [ \t\r\n\f\u000B]+ -> skip;
UNKNOWN_CHARACTER: .;

fragment DIGITS: [0-9] ('_'? [0-9])*;
