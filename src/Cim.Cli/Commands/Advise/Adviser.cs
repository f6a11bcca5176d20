using Cim.Compiler;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Sweep;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Commands.Advise;

/// <summary>Compiles a network once for each change, and measures all on the same few samples.</summary>
/// <param name="progress">One line a compilation.</param>
/// <param name="warned">Called for what the compilation as it is warns of.</param>
/// <param name="cancellation">Checked throughout.</param>
internal sealed class Adviser(IProgress<string> progress, Action<CompileWarning> warned, CancellationToken cancellation)
{
    /// <summary>Tries all changes.</summary>
    /// <param name="asked">The compilation as it is, with training data if there are any; they are used for that change alone.</param>
    /// <exception cref="CimException">The compilation as it is fails.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Advice Run(CompileOptions asked)
    {
        // A few samples say which change matters; which rounding is best is another question.
        CompileOptions plain = asked with { Training = null, Rounding = RoundingMethods.Compensated };
        HardwareProfile profile = ProfileSetting.Apply(HardwareProfiles.Load(asked.Hardware), asked.HardwareSettings);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cim-advise-");
        try
        {
            progress.Report($"as it is: {asked.Hardware}");
            CompileResult result = CompilePipeline.Compile(plain, null, warned, cancellation);
            AdviceChange[] changes = [.. new AdviceChanges(asked, profile, folder.FullName).All(result)];
            var results = new List<AdviceResult>();
            foreach (AdviceChange change in changes)
            {
                progress.Report($"{results.Count + 1} of {changes.Length}: {change.Text}");
                results.Add(Try(change, plain));
            }

            return new Advice(result.AccuracyCompiled?.Samples ?? result.Agreement?.Samples ?? 0, result.AccuracyFloat?.Fraction,
                result.Fidelity, AdviceResult.Of(AdviceChange.None, result),
                [.. results.OrderBy(r => r.Problem is not null).ThenByDescending(r => r.Quality).ThenBy(r => r.Cost?.EnergyPj)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private AdviceResult Try(AdviceChange change, CompileOptions plain)
    {
        try
        {
            return AdviceResult.Of(change, CompilePipeline.Compile(change.Apply(plain), null, null, cancellation));
        }
        catch (CimException e)
        {
            // A change that this network or hardware does not allow is a finding, too.
            return AdviceResult.Impossible(change, e);
        }
    }
}
