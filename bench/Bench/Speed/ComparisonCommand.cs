using System.CommandLine;
using Cim.Bench.Common;

namespace Cim.Bench.Speed;

/// <summary>A command that compares contenders, with the options for that.</summary>
internal abstract class ComparisonCommand : BenchCommand
{
    private readonly Option<int[]> _batches;
    private readonly Option<int[]> _threads;
    private readonly Option<int> _rounds;
    private readonly Option<int> _milliseconds;
    private readonly Option<string[]> _contenders;

    protected ComparisonCommand(string name, string description)
        : base(name, "speed", description)
    {
        _batches = AddList<int>("--batch", "1,32", "Images of a batch.");
        _threads = AddList<int>("--threads", "1,2", "Threads.");
        _rounds = Add("--rounds", 9, "Rounds.");
        _milliseconds = Add("--milliseconds", 300, "How long each contender runs in a round.");
        _contenders = AddList("--contenders", "", "The fidelities that run, all by default.", FidelityContender.Names);
    }

    /// <summary>Reads the options.</summary>
    protected ComparisonOptions Read(ParseResult parsed) => new()
    {
        Batches = parsed.GetValue(_batches)!, Threads = parsed.GetValue(_threads)!, Rounds = parsed.GetValue(_rounds),
        Milliseconds = parsed.GetValue(_milliseconds), Contenders = parsed.GetValue(_contenders)!,
    };
}
