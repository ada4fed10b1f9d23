// Which names are free for anybody to register, as far as the zone that denies them tells.
import { labelsOf, type Name, nameFromLabels, nameKey } from '../../dns/name.ts';

/** The domain that a stranger could register to have `name`, which does not exist in `zone`. */
export const freeDomain = (zone: Name, name: Name): Name | undefined =>
  isRegistry(zone) ? childOf(zone, name) : undefined;

/** Second-level names below which registries of countries give out domains. */
const SECOND_LEVEL = 'ac co com edu gen gov gob id ltd me mil ne net nom or org plc sch'.split(' ');

/**
 * A zone in which strangers register names: a top-level domain, or what is one in effect. Of
 * others it is not certain, so that nothing is said; and in the root nobody gets a name.
 */
function isRegistry(zone: Name): boolean {
  const [first = '', ...above] = labelsOf(nameKey(zone) as Name);
  if (first === '') return false;
  return above.length === 0 || (above.join('.').length === 2 && SECOND_LEVEL.includes(first));
}

/** The ancestor of a name that is one label below the zone. */
function childOf(zone: Name, name: Name): Name {
  const depth = labelsOf(zone).length + 1;
  return nameFromLabels(labelsOf(name).slice(-depth));
}
