using System.CommandLine;
using System.Diagnostics;
using Cim.Runtime.Format;
using Cim.Runtime.Model;
using static System.FormattableString;

namespace Cim.Bench.Speed;

/// <summary>
/// <c>bench speed memory</c>: runs one contender alone, in a process of its own because memory once used is not released.
/// </summary>
internal sealed class MemoryCommand : Command
{
    private readonly Argument<string> _model = new("model");
    private readonly Argument<string> _contender = new("contender");

    public MemoryCommand()
        : base("memory", "Started by the comparisons: prints the most memory that one contender takes.")
    {
        Hidden = true;
        Arguments.Add(_model);
        Arguments.Add(_contender);
        SetAction(parsed => Print(parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_contender)));
    }

    /// <summary>What the command prints, from a new process.</summary>
    public static string Measure(string model, string contender)
    {
        // Started as `dotnet bench.dll` the process is dotnet, whose first argument is the library.
        bool isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] arguments = [.. isHosted ? Environment.GetCommandLineArgs()[..1] : [], "speed", "memory", model, contender];
        using Process child = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string text = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return text.Trim();
    }

    private static void Print(string model, string contender)
    {
        using FileStream stream = File.OpenRead(model);
        CompiledModel compiled = ModelReader.Read(stream);
        using FidelityContender wanted = FidelityContender.Of(compiled).First(c => c.Name == contender);
        wanted.Prepare();
        float[] input = new float[8 * compiled.Info.Inputs[0].SampleLength], output = new float[8 * compiled.Info.Outputs[0].SampleLength];
        wanted.Run(input, output, 2);
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(Invariant($"{self.PeakWorkingSet64 / 1048576.0:F0} MB at most in the process"));
    }
}
