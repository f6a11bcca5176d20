using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Diagnostics;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim run M.cim --input X.npy --output Y.npy</c>: inference over all samples of a file.</summary>
internal static class RunCommand
{
    private static readonly Argument<string> _model = new("model") { Description = "A compiled model (.cim)." };
    private static readonly Option<string> _input = new("--input")
    {
        Description = "Samples: .npy, or any other data file.",
        Required = true,
    };
    private static readonly Option<string> _output = new("--output")
    {
        Description = "Where the results go (.npy, float32 [n, ...]).",
        Required = true,
    };
    private static readonly Option<string?> _outputName = new("--output-name")
    {
        Description = "Which output of a model with several; the first if left out.",
    };
    private static readonly Option<string> _fidelityName = FidelityOption.Create();
    private static readonly RowOption<ulong> _seed = new(OptionTable.Seed, "Selects the simulated chip.");
    private static readonly RowOption<int> _threads = new(CommandRows.Threads);

    public static Command Create()
    {
        var command = new Command(
            "run", "Runs a compiled model over the samples of a file.") {
                _model, _input, _output, _outputName, _fidelityName, _seed, _threads };
        var data = new DataArguments(command);
        return command.Does((parsed, context) =>
        {
            new CommandFiles().Reads("the model", parsed.GetValue(_model)).ReadsData("--input", parsed.GetValue(_input))
                .Writes("--output", parsed.GetValue(_output)).Check();
            context.LeaveOutputTo(parsed.GetValue(_output));
            string path = parsed.GetRequiredValue(_model);
            using CimModel loaded = CimModel.Load(path);
            SdkCompatibility.Check(loaded.Info, path);
            Preprocessing preprocessing = data.Read(parsed, loaded.Info, path, context);
            using var model = new CimModel(PlanChoice.For(loaded.Compiled, parsed.GetRequiredValue(_input), preprocessing));
            int index = IndexOfOutput(model, parsed.GetValue(_outputName));
            var evaluator = new CompiledEvaluator(model);
            DataSet samples = DataSet.Open(parsed.GetRequiredValue(_input), evaluator.Input.Ports, preprocessing);
            var options = new RunOptions
            {
                Fidelity = FidelityOption.Read(parsed, _fidelityName),
                Seed = parsed.GetValue(_seed),
                MaxThreads = parsed.GetValue(_threads),
            };
            UnusedOptions.Warn(
                parsed, context, new DependentOption(_seed, CrossbarSimulator.IsRandom(model.Compiled.Hardware, options.Fidelity),
                "chips that differ, and nothing is random at this fidelity of this hardware (--fidelity device, with errors in the "
                    + "profile)"));
            int perUnit = Math.Max(1, evaluator.Input.FixedBatch), count = samples.Count / perUnit * perUnit;
            var results = new RunResults(
                model.Info.Outputs[index], count, evaluator.Input.FixedBatch, evaluator.Input.Batch(CompiledEvaluator.BatchSamples));
            int[] dims = results.Dims;
            AtomicFile.Write(parsed.GetRequiredValue(_output), stream => results.Write(
                stream, evaluator.Run(samples, options, count, null, context.Cancellation).Select(run => run.Outputs[index])));
            context.WriteResult(
                new RunDocument(count, parsed.GetRequiredValue(_output), dims), CliJson.Relaxed.RunDocument,
                text =>
                    text.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{count} samples -> {parsed.GetRequiredValue(_output)} [{string.Join(",", dims)}]")));
        });
    }

    private static int IndexOfOutput(CimModel model, string? name)
    {
        if (name is null) return 0;
        for (int i = 0; i < model.Info.Outputs.Length; i++)
            if (model.Info.Outputs[i].Name == name) return i;
        throw new CimException(ErrorCodes.WrongUsage,
            $"The model has no output '{name}'; its outputs are {string.Join(", ", model.Info.Outputs.Select(o => o.Name))}.");
    }
}
