using Cim.Runtime.Program;

namespace Cim.Runtime.Execution;

/// <summary>
/// The plans of a program by batch size, each with its idle contexts. Plans of sizes beyond <see cref="KeptPlans"/> are
/// forgotten, least recently used first.
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
            entry = Find(units) ?? Add(units);
            if (entry.Idle.TryPop(out PlanContext? idle)) return idle;
        }

        return new PlanContext(entry.Plan);
    }

    public void Return(int units, PlanContext context)
    {
        lock (_lock)
        {
            // The plan may have been forgotten meanwhile; then the context goes with it.
            foreach (Entry entry in _entries)
                if (entry.Plan.Units == units && ReferenceEquals(entry.Plan, context.Plan)) entry.Idle.Push(context);
        }
    }

    /// <summary>The plan of a batch size.</summary>
    public ExecutionPlan Plan(int units)
    {
        lock (_lock) return (Find(units) ?? Add(units)).Plan;
    }

    private Entry? Find(int units)
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            Entry entry = _entries[i];
            if (entry.Plan.Units != units) continue;
            _entries.RemoveAt(i);
            _entries.Add(entry);
            return entry;
        }

        return null;
    }

    private Entry Add(int units)
    {
        var entry = new Entry(ExecutionPlan.Build(program, units));
        if (_entries.Count == KeptPlans) _entries.RemoveAt(0);
        _entries.Add(entry);
        return entry;
    }

    private sealed record Entry(ExecutionPlan Plan)
    {
        public Stack<PlanContext> Idle { get; } = new(16);
    }
}
