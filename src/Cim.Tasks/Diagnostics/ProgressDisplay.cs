using System.Diagnostics;

namespace Cim.Tasks.Diagnostics;

/// <summary>When and in which words the progress of one compilation is shown.</summary>
/// <param name="model">The name of the model.</param>
internal sealed class ProgressDisplay(string model)
{
    // Characters that no name of a target may have.
    private const string Illegal = "$@()%*?.;";
    private const int Longest = 60;

    private readonly Stopwatch _time = Stopwatch.StartNew();
    // The first line of a live display comes at once.
    private TimeSpan _last = TimeSpan.FromSeconds(-1);

    /// <summary>True once each interval.</summary>
    public bool IsDue(TimeSpan interval)
    {
        if (_time.Elapsed - _last < interval) return false;
        _last = _time.Elapsed;
        return true;
    }

    /// <summary>For loggers that show messages.</summary>
    public string Message(CompilerProgress state) =>
        $"{model}: {state.Doing} ({state.Seconds} s{(state.Left.Length > 0 ? ", " : "")}{state.Left})";

    /// <summary>For the terminal logger: short, and a name that a target may have.</summary>
    public static string Name(CompilerProgress state)
    {
        string doing = state.Doing;
        int end = doing.IndexOfAny([',', ':']);
        // The parts that are done stay: 'mapping: 3 of 5', 'Search rl: evaluation 3 of 60'.
        if (end > 0 && doing[end] == ':' && doing.IndexOf(',', end) is var comma) end = comma;
        if (end > 0) doing = doing.Substring(0, end);
        if (doing.Length > Longest) doing = doing.Substring(0, Longest - 1) + "…";
        string text = $"{doing}, {state.Seconds} s{(state.Left.Length > 0 ? ", " : "")}{state.Left}";
        return new string([.. text.Select(c => Illegal.IndexOf(c) >= 0 || char.IsControl(c) ? ' ' : c)]).Trim();
    }
}
