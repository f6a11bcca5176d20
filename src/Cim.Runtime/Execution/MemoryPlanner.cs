namespace Cim.Runtime.Execution;

/// <summary>Gives buffers places in one arena so that two overlap only if they are never alive at the same time.</summary>
internal sealed class MemoryPlanner
{
    private const int Alignment = 64;
    private readonly List<Request> _requests = [];

    /// <summary>Bytes of the arena after <see cref="Place"/>.</summary>
    public int ArenaBytes { get; private set; }

    /// <summary>Asks for a buffer; returns its number.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="first">The step that writes it.</param>
    public int Add(int bytes, int first)
    {
        _requests.Add(new Request { Bytes = checked((bytes + Alignment - 1) / Alignment * Alignment), First = first, Last = first });
        return _requests.Count - 1;
    }

    /// <summary>Says that a buffer is still needed in a step.</summary>
    public void Use(int buffer, int step) => _requests[buffer].Last = Math.Max(_requests[buffer].Last, step);

    public int LastUse(int buffer) => _requests[buffer].Last;

    public int Offset(int buffer) => _requests[buffer].Offset;

    /// <summary>Places the largest buffers first, each at the lowest offset free over its whole life.</summary>
    public void Place()
    {
        var placed = new List<Request>(); // by offset
        foreach (Request request in _requests.OrderByDescending(r => r.Bytes).ThenBy(r => r.First))
        {
            long offset = 0;
            foreach (Request other in placed)
            {
                if (other.Last < request.First || other.First > request.Last) continue;
                if (other.Offset - offset >= request.Bytes) break;
                offset = Math.Max(offset, (long)other.Offset + other.Bytes);
            }

            request.Offset = checked((int)offset);
            ArenaBytes = Math.Max(ArenaBytes, checked(request.Offset + request.Bytes));
            int at = placed.FindIndex(r => r.Offset > request.Offset);
            placed.Insert(at < 0 ? placed.Count : at, request);
        }
    }

    private sealed class Request
    {
        public required int Bytes { get; init; }

        public required int First { get; init; }

        public required int Last { get; set; }

        public int Offset { get; set; }
    }
}
