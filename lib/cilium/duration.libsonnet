// Durations as Go writes them: '30s', '1h30m', '0s'.
local k = import 'kube.libsonnet';

local units = ['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'];

// '1.5h10m' → true. Reads number, unit, number, unit, … to the end.
local isDuration(text) =
  local body = if std.length(text) > 0 && (text[0] == '-' || text[0] == '+') then text[1:] else text;
  local isDigit(char) = char >= '0' && char <= '9' || char == '.';
  // Cut before every digit that follows a letter: ['1.5h', '10m'].
  local parts = std.foldl(
    function(found, char)
      if isDigit(char) == found.inNumber then found { word+: char }
      else if isDigit(char) then { done: found.done + [[found.number, found.word]], number: '', word: char, inNumber: true }
      else found { number: found.word, word: char, inNumber: false },
    std.stringChars(body),
    { done: [], number: '', word: '', inNumber: true },
  );
  local all = parts.done + [[parts.number, parts.word]];
  local isNumber(word) = word != '.' && std.length(word) > 0 && std.length(std.findSubstr('.', word)) < 2;
  body == '0' || !parts.inNumber && std.all([isNumber(part[0]) && std.member(units, part[1]) for part in all]);

{
  isDuration:: isDuration,

  // A duration that is always written: nothing means no time at all.
  text(value):: if value == null || value == '' then '0s' else k.text(value),

  // One that is written only if it is given.
  given(value):: if k.isSet(value) then k.text(value),
}
