using System.CommandLine;
using System.CommandLine.Parsing;
using Cim.Cli.Commands;
using Cim.Cli.Commands.Advise;
using Cim.Cli.Commands.Compare;
using Cim.Cli.Commands.Compile;
using Cim.Cli.Commands.Doctor;
using Cim.Cli.Commands.Schemas;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Cim.Compiler.Messages;
using Cim.Runtime;

namespace Cim.Cli;

/// <summary>The <c>cim</c> command: parses, runs one command, and turns every outcome into an exit code and a clean message.</summary>
internal static class CimApplication
{
    /// <summary>All commands, in the order of <c>cim --help</c>. A new command is one file in Commands/ and one line here.</summary>
    private static Command[] Commands() =>
    [
        InspectCommand.Create(),
        CostCommand.Create(),
        ScheduleCommand.Create(),
        CompileCommand.Create(),
        AdviseCommand.Create(),
        CompareCommand.Create(),
        ReportCommand.Create(),
        EvalCommand.Create(),
        SweepCommand.Create(),
        UnitCommand.Create(),
        GatherCommand.Create(),
        StudyCommands.Create(),
        RunCommand.Create(),
        MvmCommand.Create(),
        ParetoCommand.Create(),
        SensitivityCommand.Create(),
        HardwareCommand.Create(),
        TrainCommand.Create(),
        DoctorCommand.Create(),
        CompletionCommand.Create(),
        SchemaCommand.Create(),
    ];

    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation) =>
        RunAsync(args, new GuardedWriter(output, isResult: true), new GuardedWriter(error, isResult: false), cancellation);

    /// <summary>Understands a command line without running it.</summary>
    public static ParseResult Parse(string[] args) => CommandLines.Parse(Root, args);

    private static async Task<int> RunAsync(string[] args, GuardedWriter output, GuardedWriter error, CancellationToken cancellation)
    {
        ParseResult parsed = Parse(args);
        if (parsed.Errors.Count > 0 || OptionRules.Problems(parsed).Count > 0) return WrongUsage(parsed, output, error);

        // Own handling of signals and exceptions: exit codes and message format are part of the contract.
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            error.WriteLine("cim: cancelled");
            if (parsed.GetValue(JsonFormat.Option)) TryWriteJson(new Problem(ErrorCodes.Cancelled, "Cancelled."), output);
            return ExitCode.Cancelled;
        }
        catch (Exception exception)
        {
            Problem problem = BuildWording.Word(Problem.From(exception), parsed);
            problem.WriteTo(error);
            if (parsed.GetValue(JsonFormat.Option)) TryWriteJson(problem, output);
            return problem.Code == ErrorCodes.WrongUsage ? ExitCode.WrongUsage : ExitCode.Failed;
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Compiles ONNX networks for ReRAM compute-in-memory crossbars, and simulates them.")
        {
            JsonFormat.Option, BuildWording.InBuild,
        };
        foreach (Command command in Commands()) root.Subcommands.Add(command);
        return root;
    }

    /// <summary>The messages of the rules about a value are clearer than those of the parser.</summary>
    private static IEnumerable<MessageText> Messages(ParseResult parsed)
    {
        IReadOnlyList<(SymbolResult Of, MessageText Message)> problems = OptionRules.Problems(parsed);
        return problems.Select(p => p.Message)
            .Concat(parsed.Errors.Where(e => e.SymbolResult is null || !problems.Any(p => p.Of == e.SymbolResult))
                .Select(e => (MessageText)e.Message));
    }

    /// <summary>Where the result could not be written, its error cannot either.</summary>
    private static void TryWriteJson(Problem problem, GuardedWriter output)
    {
        try
        {
            problem.WriteJsonTo(output);
        }
        catch (CimException)
        {
            // The problem has been reported on standard error, and the exit code reports the rest.
        }
    }

    private static int WrongUsage(ParseResult parsed, GuardedWriter output, GuardedWriter error)
    {
        string command = string.Join(' ', Path(parsed.CommandResult).Reverse());
        IEnumerable<MessageText> hints = OptionRules.Suggestion(parsed) is { } suggestion ? [suggestion] : [];
        MessageText text = MessageText.Join([.. Messages(parsed).Distinct(), .. hints, $"See '{command} --help'."]);
        Problem problem = BuildWording.Word(new Problem(ErrorCodes.WrongUsage, text), parsed);
        problem.WriteTo(error);
        if (parsed.GetResult(JsonFormat.Option) is { Implicit: false }) TryWriteJson(problem, output);
        return ExitCode.WrongUsage;

        static IEnumerable<string> Path(SymbolResult? result)
        {
            for (; result is not null; result = result.Parent)
                if (result is CommandResult { Command: var c }) yield return c is RootCommand ? "cim" : c.Name;
        }
    }
}
