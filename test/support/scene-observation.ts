// A whole observation of a scene: every fact that a check wants, as if it had been gathered.
import type { RecordedFact } from '../../src/checks/fact.ts';
import { FactBook } from '../../src/checks/fact-book.ts';
import { OBSERVATION_FORMAT, type Observation } from '../../src/checks/observation.ts';
import { CHECK_INQUIRIES } from '../../src/checks/report/form.ts';
import { aboutOf, type Scene, Stage } from './scene.ts';

export function observationOf(scene: Scene): Observation {
  const about = aboutOf(scene.about);
  const stage = new Stage(scene);
  const book = new FactBook();
  const facts: RecordedFact[] = [];
  for (const begin of CHECK_INQUIRIES) {
    const inquiry = begin(about);
    let step = inquiry.next();
    while (!step.done) {
      const answers = step.value.map((want) => {
        const known = book.get(want);
        if (known) return known;
        const fact = stage.factFor(want);
        facts.push(fact);
        return book.add(fact);
      });
      step = inquiry.next(answers);
    }
  }
  return { format: OBSERVATION_FORMAT, program: '1.2.3', about, endedAt: about.now, facts };
}
