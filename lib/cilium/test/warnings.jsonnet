// Values that render and do less than they seem to: each warns, with what to do, in the versions where it is so.
local versions = import '../versions/main.libsonnet';
local notes = import '../versions/notes.libsonnet';
local example = import 'example.libsonnet';

local minors = std.objectFields(notes);
local releaseOf = { [versions.of(release).minorVersion]: release for release in versions.releases };
local nested(path, value) = std.foldr(function(name, inner) { [name]: inner }, std.split(path, '.'), value);
// The default of a value, or nothing where the version has none of the name.
local lookup(object, path) = std.foldl(
  function(found, name) [value[name] for value in found if std.isObject(value) && name in value],
  std.split(path, '.'),
  [object],
);
local said(release, values) = example.said(example.new(values, settings={ version: release }));
// Something that is not the default.
local other(default) =
  if std.isBoolean(default) then !default
  else if std.isObject(default) then default { x: 'x' }
  else if std.isArray(default) then default + ['x']
  else if std.isNumber(default) then default + 1
  else 'x';
local warns(release, path) =
  local default = lookup(versions.of(release).values, path)[0];
  local found = [message for message in said(release, nested(path, other(default))) if std.startsWith(message, 'warning: `' + path + '`')];
  std.length(found) == 1;

{
  'every note is of a value that its version has': {
    actual: [minor + ' ' + path for minor in minors for path in std.objectFields(notes[minor]) if lookup(versions.of(releaseOf[minor]).values, path) == []],
    expected: [],
  },
  'whoever sets it is warned': {
    actual: [
      minor + ' ' + path
      for minor in minors
      for path in std.objectFields(notes[minor])
      if lookup(versions.of(releaseOf[minor]).values, path) != []
         && !warns(releaseOf[minor], path)
         && std.findSubstr('refusal', std.toString(said(releaseOf[minor], nested(path, other(lookup(versions.of(releaseOf[minor]).values, path)[0]))))) == []
    ],
    expected: [],
  },
  'the default says nothing': {
    actual: [
      minor + ' ' + path
      for minor in minors
      for path in std.objectFields(notes[minor])
      for default in lookup(versions.of(releaseOf[minor]).values, path)
      if default != null && [message for message in said(releaseOf[minor], nested(path, default)) if std.startsWith(message, 'warning: `' + path + '`')] != []
    ],
    expected: [],
  },
  'a replacement that is named is a value of the version': {
    local replacement(note) = std.split(std.split(note, 'use ')[1], ' ')[0],
    actual: [
      minor + ' ' + path + ': ' + replacement(notes[minor][path])
      for minor in minors
      for path in std.objectFields(notes[minor])
      if std.findSubstr('use ', notes[minor][path]) != []
         && lookup(versions.of(releaseOf[minor]).values, replacement(notes[minor][path])) == []
    ],
    expected: [],
  },
  'what works in one version and not in the next warns of the upgrade': {
    local values = { l2podAnnouncements: { enabled: true, interface: 'eth1' } },
    actual: [said(release, values) for release in ['1.18.12', '1.19.6']],
    expected: [
      ['warning: `l2podAnnouncements.interface` is gone from Cilium 1.19; use l2podAnnouncements.interfacePattern'],
      ['warning: `l2podAnnouncements.interface` has no effect; use l2podAnnouncements.interfacePattern'],
    ],
  },
  'the interval of an export is read where the chart reads it': {
    local interval(export) = example.config(example.new({ hubble: { export: { static: { enabled: true } } + export } }))['hubble-export-aggregation-interval'],
    actual: [
      interval({}),
      interval({ static+: { aggregationInterval: '30s' } }),
      interval({ aggregationInterval: '10s', static+: { aggregationInterval: '30s' } }),
    ],
    expected: ['0s', '0s', '10s'],
  },
  'certificates of other clusters in the values': {
    local mesh(tls) = { cluster: { id: 1 }, clustermesh: { config: { enabled: true, clusters: [{ name: 'north', ips: ['10.0.0.1'], port: 2379 } + tls] } } },
    actual: [said('1.20.0', mesh({ tls: { cert: 'x', key: 'y' } })), said('1.20.0', mesh({}))],
    expected: [['warning: certificates of other clusters in the values are going away'], []],
  },
}
