// What the parsers of addresses, versions and endpoints share.
{
  // The first problem of a list, or null. jrsonnet evaluates all of them: no check may rely on one before it.
  firstProblem(problems):: std.foldl(function(found, next) if found != null then found else next, problems, null),

  // Not std.findSubstr, which go-jsonnet interprets: it would take most of the time of reading an address.
  has(text, part):: std.length(std.splitLimit(text, part, 1)) > 1,

  // True if the text is made of these characters only; also for the empty text.
  madeOf(text, alphabet):: std.stripChars(text, alphabet) == '',

  digits:: '0123456789',
  hexDigits:: '0123456789abcdefABCDEF',
  lowerCase:: 'abcdefghijklmnopqrstuvwxyz',
  upperCase:: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',

  quote(text):: "'" + text + "'",

  // Nearly all numbers of addresses and versions are looked up here, which is quicker than reading them.
  numbers:: { [std.toString(n)]: n for n in std.range(0, 255) },

  // A text in which numberProblem finds nothing, as a number.
  number(text):: if text in $.numbers then $.numbers[text] else std.parseInt(text),

  // Why a text is not a decimal number from 0 to `most`, or null. Leading zeros are refused: programs disagree on
  // whether 010 is eight or ten, and a CIDR must mean the same to the API server and to the CNI.
  numberProblem(text, most)::
    local digits = std.length(text);
    if text in $.numbers && $.numbers[text] <= most then null
    else if text == '' then 'a number is missing'
    else if !$.madeOf(text, $.digits) then $.quote(text) + ' is not a number'
    else if digits > 1 && text[0] == '0' then $.quote(text) + ' has a leading zero'
    else if digits > std.length(std.toString(most)) || std.parseInt(text) > most then
      text + ' is above ' + most
    else null,
}
