using Cim.Runtime.Program;

namespace Cim.Runtime.Execution;

/// <summary>
/// The plans of a program by batch size, each with its idle contexts. Plans of sizes beyond <see cref="KeptPlans"/> are
/// forgotten, least recently used first. A plan is built outside the lock that every run takes: only those who want the same
/// new size wait for it.
/// </summary>
internal sealed class PlanPool(ModelProgram program)
{
    private const int KeptPlans = 24;
    private readonly object _lock = new();
    private readonly List<Entry> _entries = []; // most recently used last

    /// <summary>A context for a batch size, idle or new.</summary>
    public PlanContext Rent(int units)
    {
        Entry entry;
        lock (_lock)
        {
            entry = FindOrAdd(units);
            if (entry.Idle.TryPop(out PlanContext? idle)) return idle;
        }

        return new PlanContext(entry.Plan(program));
    }

    public void Return(PlanContext context)
    {
        lock (_lock)
        {
            // The plan may have been forgotten meanwhile; then the context goes with it.
            foreach (Entry entry in _entries)
                if (entry.Holds(context.Plan)) entry.Idle.Push(context);
        }
    }

    /// <summary>The plan of a batch size.</summary>
    public ExecutionPlan Plan(int units)
    {
        Entry entry;
        lock (_lock) entry = FindOrAdd(units);
        return entry.Plan(program);
    }

    private Entry FindOrAdd(int units)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            Entry found = _entries[i];
            if (found.Units != units) continue;
            if (i < _entries.Count - 1)
            {
                _entries.RemoveAt(i);
                _entries.Add(found);
            }

            return found;
        }

        var entry = new Entry(units);
        if (_entries.Count == KeptPlans) _entries.RemoveAt(0);
        _entries.Add(entry);
        return entry;
    }

    private sealed class Entry(int units)
    {
        private readonly object _building = new();
        private ExecutionPlan? _plan;

        public int Units => units;

        /// <summary>Guarded by the pool's lock.</summary>
        public Stack<PlanContext> Idle { get; } = new(16);

        public bool Holds(ExecutionPlan plan) => ReferenceEquals(Volatile.Read(ref _plan), plan);

        /// <summary>The plan, built by whoever comes first. A size that cannot be built fails each time it is asked for.</summary>
        public ExecutionPlan Plan(ModelProgram program)
        {
            if (Volatile.Read(ref _plan) is { } plan) return plan;
            lock (_building)
            {
                if (_plan is null) Volatile.Write(ref _plan, ExecutionPlan.Build(program, units));
                return _plan!;
            }
        }
    }
}
