/** Lessons: a list, and beneath the page's head the steps of the one that is taken. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, Icon, IconButton } from "../../parts/button";
import { Math as Tex } from "../../parts/math";
import { useLab } from "../../state";

export function LessonList({ onChosen }: { onChosen(): void }): JSX.Element {
  const lab = useLab();
  return (
    <ol class="cp-lesson-list">
      {lab.catalogue.value!.lessons.map((lesson) => (
        <li key={lesson.name}>
          <button type="button" onClick={() => { onChosen(); void lab.act({ type: "lesson", name: lesson.name }); }}>
            <strong>{lesson.title}</strong>
            <span>{lesson.summary}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Words with formulas between dollars. */
export function Words({ text }: { text: string }): JSX.Element {
  return <>{text.split("$").map((part, place) => (place % 2 ? <Tex key={place} tex={part} /> : part))}</>;
}

export function LessonSteps(): JSX.Element | null {
  const lab = useLab();
  const lesson = lab.lesson.value;
  const [at, go] = useState(0);
  const [answered, answer] = useState(false);
  const step = lesson?.steps[Math.min(at, (lesson?.steps.length ?? 1) - 1)];
  useEffect(() => { go(0); answer(false); }, [lesson?.name]);
  useEffect(() => { if (step?.select) lab.selected.value = step.select; }, [step]);
  if (!lesson || !step) return null;
  const move = (to: number): void => { go(to); answer(false); };
  return (
    <section class="cp-lesson" aria-label={`Lesson: ${lesson.title}`}>
      <header>
        <h2>{lesson.title}</h2>
        <span class="cp-note">{at + 1} of {lesson.steps.length}</span>
        <IconButton kind="quiet" label="End the lesson" onClick={() => void lab.leaveLesson()}><Icon name="close" /></IconButton>
      </header>
      <p><Words text={step.text} /></p>
      {step.equations.map((equation) => <Tex key={equation} tex={equation} block />)}
      {step.do && <p class="cp-lesson-do"><strong>Do:</strong> <Words text={step.do} /></p>}
      {step.question && (
        <div class="cp-lesson-question">
          <p><strong>Question.</strong> <Words text={step.question} /></p>
          {answered ? <p><strong>Answer.</strong> <Words text={step.answer} /></p> : <Button onClick={() => answer(true)}>Show the answer</Button>}
        </div>
      )}
      <div class="cp-row">
        <Button disabled={at === 0} onClick={() => move(at - 1)}>Back</Button>
        <Button kind="primary" disabled={at >= lesson.steps.length - 1} onClick={() => move(at + 1)}>Next</Button>
      </div>
    </section>
  );
}
