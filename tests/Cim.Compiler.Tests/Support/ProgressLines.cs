namespace Cim.Compiler.Tests.Support;

/// <summary>Keeps what was told, in order.</summary>
/// <param name="each">Called with every line.</param>
internal sealed class ProgressLines(Action<string>? each = null) : IProgress<string>
{
    public List<string> All { get; } = [];

    public void Report(string value)
    {
        All.Add(value);
        each?.Invoke(value);
    }
}
