using System.CommandLine;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Cli.Studies;
using Cim.Compiler;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Spectre.Console;

namespace Cim.Cli.Commands.Compile;

/// <summary><c>cim compile M.onnx -o M.cim</c>: everything from an ONNX network to a compiled model with a report.</summary>
internal static class CompileCommand
{
    private static readonly Option<string[]> _over = new("--over")
    {
        Description = "Compiles for each of these values of an option, or for each of these networks: seed=1..3, hardware=isaac,cim-aq-4b, "
            + "model=a.onnx,b.onnx. May be repeated; needs --store. -o is the cheapest model of all.",
        HelpName = "NAME=VALUES",
    };

    private static readonly Option<bool> _split = new("--split-search")
    {
        Description = "Cuts searches into units, too: the candidates of a round are units, and when they are done the search goes on. "
            + "Needs --store; --parallel-candidates says how many there are.",
    };

    /// <summary>Seconds of the time budget that an earlier step of the same build has taken; set by the build task.</summary>
    private static readonly Option<double> _spent = new("--spent-seconds") { Hidden = true };

    /// <summary>The command, with an option for each row of the table that is on the command line.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "The network (.onnx)." };
        OptionValues? options = null;
        CompileVariants? variants = null;
        StudyFiles files = new(model) { Inside = (_over, text => CompileAxis.Parse(text).Absolute().ToString()) };
        var command = new StudyCommand("compile", "Compiles a network for crossbars.", files,
            (parsed, context, store) => variants!.Study(parsed, context, store!))
        {
            WithoutStore = (parsed, context) =>
            {
                if (parsed.GetValue(_over) is { Length: > 0 })
                    throw OptionError.Usage($"--over needs --store: a folder that keeps the models.");
                if (parsed.GetValue(_split))
                    throw OptionError.Usage($"--split-search needs --store: a folder that keeps what is measured.");
                Run(parsed.GetRequiredValue(model), options!.Read(parsed), parsed.GetValue(_spent), context);
            },
        };
        command.Arguments.Add(model);
        command.Options.Add(_over);
        command.Options.Add(_split);
        command.Options.Add(_spent);
        options = new OptionValues(command, OptionTable.OnCommandLine);
        variants = new CompileVariants(model, _over, _split, options, files);
        return command;
    }

    private static void Run(string model, OptionReader values, double spent, CommandContext context)
    {
        CompileOptions options = CompileReader.Read(model, values) with { SpentSeconds = spent };
        string? dependencies = values.Text(OptionTable.Dependencies);
        CompileFiles.Of(options).Writes(OptionTable.Dependencies, dependencies).Check();
        context.LeaveOutputTo(options.OutputPath);
        if (values.Flag(OptionTable.LockOnly))
        {
            QuantizationPolicy chosen = CompilePipeline.Lock(options, context.Progress, Warn, context.Cancellation);
            context.WriteResult(new PolicyDocument(chosen), CliJson.Relaxed.PolicyDocument,
                text => text.WriteLine($"locked     {options.LockPath}"));
            return;
        }

        CompileDependencies? before = dependencies is null ? null : CompileDependencies.Of(options);
        UnusedCompileOptions.Warn(options, values, context);
        CompileResult result = CompilePipeline.Compile(options, context.Progress, Warn, context.Cancellation);
        before?.ComparedWith(CompileDependencies.Of(options), options).Write(dependencies!);
        context.WriteResult(
            new CompileDocument(result), CliJson.Relaxed.CompileDocument, text => CompileText.Print(text, options, result));

        void Warn(CompileWarning warning) => context.Warn(warning.Code, warning.Text, warning.File);
    }
}
