using System.CommandLine;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Spectre.Console;

namespace Cim.Cli.Commands.Compile;

/// <summary><c>cim compile M.onnx -o M.cim</c>: everything from an ONNX network to a compiled model with a report.</summary>
internal static class CompileCommand
{
    /// <summary>The command, with an option for each row of the table that is on the command line.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "The network (.onnx)." };
        var command = new Command("compile", "Compiles a network for crossbars.") { model };
        var options = new OptionValues(command, OptionTable.OnCommandLine);
        return command.Does((parsed, context) => Run(parsed.GetRequiredValue(model), options.Read(parsed), context));
    }

    private static void Run(string model, OptionReader values, CommandContext context)
    {
        CompileOptions options = CompileReader.Read(model, values);
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
