// The statements and the query language of Laminar.
//
// Two things keep prediction cheap (nearly every decision needs one token) and hostile input harmless:
//   * The token classifier has decided beforehand what one token of lookahead cannot: whether a parenthesis opens a query
//     (OPEN_QUERY), and whether a word with a special meaning in few places is meant so here (else it is an IDENTIFIER).
//   * An expression is a flat sequence of operands and operators. The table in parser/ast/operator_table.h gives it its shape,
//     so a chain of a thousand operators is a loop here and not a thousand calls.
parser grammar LaminarParser;

options { tokenVocab = LaminarLexer; }

singleStatement: statement EOF;

statement
    : EXPLAIN ANALYZE? plainStatement
    | plainStatement
    ;

plainStatement
    : createStatement
    | alterConnection
    | insertStatement
    | query
    | subscribe
    | waitFor
    | pauseResume
    | drop
    | show
    | describe
    | setSetting
    ;

// Definitions

createStatement
    : CREATE (OR REPLACE)? (createConnection | createTable | createView | createPipeline | createFunction)
    ;

createConnection: CONNECTION ifNotExists? name TO connectorName optionList?;

createTable: TABLE ifNotExists? name tableElements? (WITH optionList)? (AS query)?;

createView: VIEW ifNotExists? name nameList? AS query;

createPipeline: PIPELINE ifNotExists? name (WITH optionList)? AS (INSERT INTO name nameList?)? query;

createFunction: FUNCTION ifNotExists? name OPEN (name (COMMA name)*)? CLOSE AS expression;

connectorName: name;

ifNotExists: IF NOT EXISTS;

tableElements: OPEN tableElement (COMMA tableElement)* CLOSE;

tableElement: primaryKey | watermark | columnDefinition;

primaryKey: PRIMARY KEY nameList;

watermark: WATERMARK FOR name (AS expression)?;

columnDefinition: name (typeName columnConstraint* | AS expression);

columnConstraint
    : NOT NULL_
    | NULL_
    | PRIMARY KEY
    | DEFAULT defaultValue
    | (GENERATED ALWAYS)? AS OPEN expression CLOSE (STORED | VIRTUAL)?
    | WITH optionList
    ;

// Without comparisons, so that NOT NULL after it is the column's.
defaultValue: prefixOperator* operand (valueOperator prefixOperator* operand)*;

alterConnection: ALTER CONNECTION name SET optionList;

// Other statements

insertStatement: INSERT INTO name nameList? query;

subscribe: SUBSCRIBE TO (name | query);

waitFor: WAIT FOR name (READ? COUNT INTEGER | TIMEOUT optionValue)*;

pauseResume: (PAUSE | RESUME) (PIPELINE | CONNECTION) name;

drop: DROP objectKind (IF EXISTS)? name (COMMA name)* (CASCADE | RESTRICT)?;

objectKind: CONNECTION | TABLE | VIEW | PIPELINE | FUNCTION;

show
    : SHOW CREATE objectKind? name
    | SHOW (CONNECTORS | CONNECTIONS | TABLES | VIEWS | PIPELINES | FUNCTIONS | SETTINGS) (LIKE string)?
    ;

describe: (DESCRIBE | DESC) (CONNECTOR qualifiedName | objectKind qualifiedName | qualifiedName | query);

setSetting: SET name (EQUAL | TO) optionValue;

// Options

optionList: OPEN (option (COMMA option)*)? CLOSE;

option: (anyName | STRING) EQUAL optionValue;

// Which expressions are constants is decided behind the grammar.
optionValue: expression;

// Queries

query: withClause? queryBody (orderBy | limit | offset | fetch)*;

withClause: WITH RECURSIVE? commonTableExpression (COMMA commonTableExpression)*;

commonTableExpression: name nameList? AS (NOT? MATERIALIZED)? OPEN_QUERY query CLOSE;

queryBody: queryTerm (setOperator queryTerm)*;

setOperator: (UNION | INTERSECT | EXCEPT) (ALL | DISTINCT)? (BY NAME)?;

queryTerm: select | values | OPEN_QUERY query CLOSE;

values: VALUES valuesRow (COMMA valuesRow)*;

valuesRow: OPEN expression (COMMA expression)* CLOSE | OPEN_QUERY query CLOSE;

select: (selectList fromClause? | fromClause selectList?) selectTail;

selectList: SELECT (DISTINCT (ON expressionList)? | ALL)? selectItem (COMMA selectItem)*;

selectItem: star | expression alias?;

alias: AS columnLabel | bareAlias;

fromClause: FROM tableReference (COMMA tableReference)*;

selectTail
    : (WHERE expression)? groupBy? (HAVING expression)? windowClause? (QUALIFY expression)? usingSample?
    ;

groupBy: GROUP BY (ALL | groupingElement (COMMA groupingElement)*);

groupingElement
    : GROUPING SETS OPEN groupingElement (COMMA groupingElement)* CLOSE
    | (ROLLUP | CUBE) expressionList
    | OPEN CLOSE
    | expression
    ;

windowClause: WINDOW namedWindow (COMMA namedWindow)*;

namedWindow: name AS windowSpecification;

usingSample: USING SAMPLE sample;

orderBy: ORDER BY (ALL | orderItem (COMMA orderItem)*);

orderItem: expression (ASC | DESC)? (NULLS (FIRST | LAST))?;

limit: LIMIT (ALL | expression (PERCENT_SIGN | PERCENT)?);

offset: OFFSET expression (ROW | ROWS)?;

fetch: FETCH (FIRST | NEXT) expression? (ROW | ROWS) ONLY;

// Tables in FROM

tableReference: tablePrimary joinTail*;

joinTail: joinKind JOIN tablePrimary (ON expression | USING nameList)?;

joinKind
    : CROSS
    | POSITIONAL
    | NATURAL? ASOF? (INNER | (LEFT | RIGHT | FULL) OUTER? | SEMI | ANTI)?
    ;

tablePrimary: tableSource tableAlias? (TABLESAMPLE sample)?;

tableSource
    : LATERAL? OPEN_QUERY query CLOSE
    | LATERAL? qualifiedName (callSuffix (WITH ORDINALITY)?)?
    | OPEN tableReference CLOSE
    ;

tableAlias: (AS columnLabel | bareAlias) nameList?;

sample
    : (sampleSize (OPEN name (COMMA INTEGER)? CLOSE)? | name? OPEN sampleSize CLOSE) (REPEATABLE OPEN INTEGER CLOSE)?
    ;

sampleSize: number (PERCENT_SIGN | PERCENT_OPERATOR | PERCENT | ROWS)?;

// Expressions

expressionList: OPEN expression (COMMA expression)* CLOSE | OPEN_QUERY query CLOSE;

expression
    : prefixOperator* operand
      ( infixOperator prefixOperator* operand
      | (ISNULL | NOTNULL)
      | IS NOT? (NULL_ | TRUE | FALSE | UNKNOWN | DISTINCT FROM prefixOperator* operand)
      | NOT (NULL_ | (IN | BETWEEN | LIKE | ILIKE | GLOB | SIMILAR TO) prefixOperator* operand)
      | COLLATE qualifiedName
      | AT TIME ZONE prefixOperator* operand
      )*
    ;

prefixOperator: PLUS | MINUS | TILDE | AT_SIGN | NOT;

infixOperator
    : OR | AND | EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL | valueOperator
    | IN | BETWEEN | LIKE | ILIKE | GLOB | SIMILAR TO | ESCAPE
    ;

valueOperator
    : EQUAL_EQUAL | PLUS | MINUS | STAR | SLASH | SLASH_SLASH | PERCENT_OPERATOR | POWER | ARROW | LONG_ARROW | TILDE
    | OTHER_OPERATOR
    ;

operand: primary operandSuffix*;

// Brackets after :: type are the dimensions of the type.
operandSuffix
    : COLONS elementType
    | OPEN_BRACKET subscript? CLOSE_BRACKET
    | DOT (anyName callSuffix? | star)
    ;

subscript: expression (COLON expression? (COLON expression)?)? | COLON expression? (COLON expression)?;

primary
    : nameOrCall
    | string
    | BLOB
    | number
    | NULL_
    | TRUE
    | FALSE
    | OPEN expression (COMMA expression)* CLOSE
    | OPEN_QUERY query CLOSE
    | EXISTS OPEN_QUERY query CLOSE
    | QUANTIFIER (OPEN expression CLOSE | OPEN_QUERY query CLOSE)
    | caseExpression
    | (CAST | TRY_CAST) (OPEN expression | OPEN_QUERY query CLOSE) AS typeName CLOSE
    | INTERVAL (string | MINUS? number | OPEN expression CLOSE) INTERVAL_UNIT?
    | MAP? OPEN_BRACE (entry (COMMA entry)*)? CLOSE_BRACE
    | list
    | ARRAY (list | OPEN_QUERY query CLOSE)
    ;

caseExpression: CASE expression? caseBranch+ (ELSE expression)? END;

caseBranch: WHEN expression THEN expression;

list
    : OPEN_BRACKET
      (expression (FOR name (COMMA name)* IN expression (IF expression)? | (COMMA expression)*))?
      CLOSE_BRACKET
    ;

entry: expression COLON expression;

// A column, a function call, or a constant with its type: DATE '2024-01-01'.
nameOrCall: name (callSuffix | string | timeZone string)?;

star: STAR starModifier*;

starModifier
    : EXCLUDE (OPEN qualifiedName (COMMA qualifiedName)* CLOSE | qualifiedName)
    | REPLACE OPEN starReplacement (COMMA starReplacement)* CLOSE
    | RENAME OPEN starRename (COMMA starRename)* CLOSE
    ;

starReplacement: expression AS name;

starRename: qualifiedName AS name;

// A query stands in its own parentheses as an argument; the second form is there to say so.
callSuffix
    : OPEN (DISTINCT | ALL)? (callArgument (COMMA callArgument)*)? (ORDER BY orderItem (COMMA orderItem)*)?
      nullTreatment? CLOSE callTail
    | OPEN_QUERY query CLOSE callTail
    ;

callArgument
    : star
    | (BOTH | LEADING | TRAILING) expression? FROM expression
    | LAMBDA name (COMMA name)* COLON expression
    | expression argumentTail?
    ;

// name := value, 'key': value, and what SUBSTRING, TRIM, OVERLAY and EXTRACT write between their arguments.
argumentTail
    : (ASSIGN | FAT_ARROW | COLON | VALUE) expression
    | FROM expression (FOR expression)?
    | FOR expression (FROM expression)?
    | PLACING expression FROM expression (FOR expression)?
    ;

callTail
    : (WITHIN GROUP OPEN ORDER BY orderItem (COMMA orderItem)* CLOSE)? (FILTER OPEN WHERE? expression CLOSE)?
      nullTreatment? (OVER (windowSpecification | name))?
    ;

nullTreatment: (IGNORE | RESPECT) NULLS;

windowSpecification
    : OPEN bareAlias? (PARTITION BY expression (COMMA expression)*)? (ORDER BY orderItem (COMMA orderItem)*)?
      windowFrame? CLOSE
    ;

windowFrame
    : (ROWS | RANGE | GROUPS) (BETWEEN frameBound AND frameBound | frameBound)
      (EXCLUDE (CURRENT ROW | GROUP | TIES | NO OTHERS))?
    ;

frameBound
    : UNBOUNDED (PRECEDING | FOLLOWING)
    | CURRENT ROW
    | expression (PRECEDING | FOLLOWING)
    ;

string: STRING | ESCAPE_STRING | DOLLAR_STRING;

number: INTEGER | DECIMAL | REAL;

// Types

typeName: elementType dimension*;

elementType: (name | UNION) (PRECISION | VARYING)? typeArguments? (UNSIGNED | timeZone)?;

typeArguments
    : OPEN typeArgument (COMMA typeArgument)* CLOSE
    | OPEN_ANGLE typeArgument (COMMA typeArgument)* CLOSE_ANGLE
    ;

typeArgument: INTEGER | STRING | anyName COLON? typeName | typeName;

timeZone: (WITH_ZONE | WITHOUT_ZONE) TIME ZONE;

dimension: OPEN_BRACKET INTEGER? CLOSE_BRACKET;

// Names

qualifiedName: name (DOT anyName)*;

nameList: OPEN name (COMMA name)* CLOSE;

// After AS every word is a name; a string too, as in DuckDB.
columnLabel: anyName | STRING;

// Where a word of the language cannot be meant.
anyName
    : name | END
    | ALL | AND | AS | BETWEEN | CASE | CAST | CREATE | DISTINCT | ELSE | EXCEPT | FALSE | FROM | GROUP | HAVING | ILIKE
    | IN | INTERSECT | INTO | IS | JOIN | LIKE | LIMIT | NOT | NULL_ | ON | OR | ORDER | QUALIFY | SELECT | THEN | TRUE
    | TRY_CAST | UNION | USING | WHEN | WHERE | WITH | INTERVAL | EXISTS | LATERAL | VALUES | WINDOW
    ;

// Columns, tables, functions, objects.
name
    : bareAlias
    | ALTER | ASC | COLLATE | DEFAULT | DESC | DESCRIBE | DROP | ESCAPE | EXCLUDE | EXPLAIN | FETCH | FOLLOWING | FOR | GLOB | GROUPS
    | INSERT | ISNULL | NOTNULL | OFFSET | PARTITION | PAUSE | PLACING | PRECEDING | RANGE | RENAME | REPLACE | RESUME | ROWS | SAMPLE | SET
    | SHOW | SIMILAR | SUBSCRIBE | TABLESAMPLE | WAIT
    ;

// A name that may follow an expression or a table without AS.
bareAlias
    : IDENTIFIER | QUOTED_IDENTIFIER
    | ALWAYS | ANALYZE | BY | CASCADE | CONNECTION | CONNECTIONS | CONNECTOR | CONNECTORS | COUNT | FIRST
    | FUNCTION | FUNCTIONS | GENERATED | IF | KEY | LAST | MATERIALIZED | NAME | NEXT | NO | ONLY | ORDINALITY | OTHERS
    | PERCENT | PIPELINE | PIPELINES | READ | REPEATABLE | RESTRICT | ROW | SETS | SETTINGS | STORED | TABLE
    | TABLES | TIES | TIME | TIMEOUT | TO | UNKNOWN | VALUE | VIEW | VIEWS | VIRTUAL | WITHOUT | ZONE
    ;
