/** Something that is drawn in steps. */
export interface Job {
  /** Draws what must be there first: it is called once, before the steps. */
  begin(): void;
  /** Draws one thing more, which takes a few milliseconds at most. Returns whether there is another. */
  step(): boolean;
  /** Whether it can be seen. */
  onScreen(): boolean;
}

/** In milliseconds of a frame: how long jobs may begin; and until when they may go on, in a frame where some began and in another. */
const BEGIN = 8;
const MOVING = 8;
const STILL = 14;

/** Draws jobs in slices, one to each frame of the screen, those in sight first: so the page answers, however much there is to draw. */
export class Slices {
  private readonly beginning = new Set<Job>();
  private readonly going = new Set<Job>();
  private frame = 0;

  /** Begins a job with the next frame, or begins it again. */
  want(job: Job): void {
    this.beginning.add(job);
    this.wake();
  }

  /** Leaves a job as far as it has got. */
  drop(job: Job): void {
    this.beginning.delete(job);
    this.going.delete(job);
  }

  private wake(): void {
    if (this.frame === 0 && this.beginning.size + this.going.size > 0) this.frame = requestAnimationFrame(() => { this.work(); });
  }

  private work(): void {
    this.frame = 0;
    const start = performance.now();
    const spent = (): number => performance.now() - start;
    try {
      const work = this.beginning.size > 0 ? MOVING : STILL;
      for (const job of [...this.beginning]) {
        this.drop(job);
        job.begin();
        this.going.add(job);
        if (spent() > BEGIN) break;
      }
      const jobs = [...this.going];
      const first = jobs.filter((job) => job.onScreen());
      const queue = first.length > 0 ? first : jobs;
      // Always one step, or a job that takes long to begin would keep all from going on.
      do {
        const job = queue.shift();
        if (!job) break;
        this.going.delete(job); // to the end of the queue
        if (!job.step()) continue;
        this.going.add(job);
        queue.push(job);
      } while (spent() < work);
    } finally {
      this.wake();
    }
  }
}
