using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cim.Compiler.Messages;
using Cim.Runtime;
using Spectre.Console;

namespace Cim.Cli.Invocation;

/// <summary>
/// What a command gets besides its own arguments: where people read (<see cref="Console"/>), where programs read
/// (<see cref="WriteJson"/>), progress and warnings on standard error, and the cancellation token.
/// </summary>
internal sealed class CommandContext
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly Func<Problem, Problem> _wording;

    public CommandContext(TextWriter output, TextWriter error, bool json, Func<Problem, Problem> wording, CancellationToken cancellation)
    {
        (_output, _error, IsJson, _wording, Cancellation) = (output, error, json, wording, cancellation);
        Console = CreateConsole(json ? error : output);
    }

    /// <summary>True if the result is to be one JSON document on standard output.</summary>
    public bool IsJson { get; }

    /// <summary>For people: standard output, or standard error under <c>--json</c>.</summary>
    public IAnsiConsole Console { get; private set; }

    /// <summary>Cancelled by Ctrl-C; pass it to everything that takes long.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>
    /// Writes the result: under <c>--json</c> <paramref name="json"/> writes the properties of one object that starts with
    /// <c>"schema": 1</c>, else <paramref name="text"/> writes for people. Call it once, at the end.
    /// </summary>
    public void WriteResult(Action<Utf8JsonWriter> json, Action<IAnsiConsole> text)
    {
        if (IsJson) WriteJson(json);
        else text(Console);
    }

    /// <summary>Writes the result: under <c>--json</c> a document, else <paramref name="text"/> writes for people.</summary>
    public void WriteResult<T>(T document, JsonTypeInfo<T> type, Action<IAnsiConsole> text)
        where T : JsonResult
    {
        if (IsJson) _output.WriteLine(JsonSerializer.Serialize(document, type));
        else text(Console);
    }

    /// <summary>If a file that is written is standard output, people read on standard error.</summary>
    /// <exception cref="CimException">CIM0010: under <c>--json</c> both would be mixed.</exception>
    public void LeaveOutputTo(string? path)
    {
        if (path is not ("/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1")) return;
        if (IsJson)
            throw new CimException(ErrorCodes.WrongUsage, $"Both --json and the output '{path}' would go to standard output; name a file.");
        Console = CreateConsole(_error);
    }

    /// <summary>Writes the one JSON document; see <see cref="WriteResult"/>.</summary>
    public void WriteJson(Action<Utf8JsonWriter> properties)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonFormat.Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            properties(writer);
            writer.WriteEndObject();
        }

        _output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>Writes a warning in the same form as errors, to standard error.</summary>
    public void Warn(string code, MessageText text, string? file = null) =>
        _wording(new Problem(code, text, file)).WriteTo(_error, "warning");

    /// <summary>One line about what is going on, to standard error.</summary>
    public void Report(string line) => _error.WriteLine(line);

    /// <summary><see cref="Report"/> as <see cref="IProgress{T}"/>, called on the reporting thread.</summary>
    public IProgress<string> Progress => new LineProgress(this);

    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A pipe has no width: do not wrap tables at 80 columns there.
        bool isTerminal = writer is GuardedWriter { IsTerminal: true };
        if (!isTerminal) console.Profile.Width = 200;
        return console;
    }

    private sealed class LineProgress(CommandContext context) : IProgress<string>
    {
        public void Report(string value) => context.Report(value);
    }
}

/// <summary>How commands are bound to their code.</summary>
internal static class CommandExtensions
{
    /// <summary>Sets what the command does; the result is the exit code.</summary>
    public static Command Does(this Command command, Func<ParseResult, CommandContext, Task<int>> action)
    {
        command.SetAction((parsed, cancellation) => action(parsed, new CommandContext(
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error,
            parsed.GetValue(JsonFormat.Option), problem => BuildWording.Word(problem, parsed), cancellation)));
        return command;
    }

    /// <summary>Sets what a synchronous command does; it succeeds unless it throws.</summary>
    public static Command Does(this Command command, Action<ParseResult, CommandContext> action) =>
        command.Does((parsed, context) =>
        {
            action(parsed, context);
            return Task.FromResult(ExitCode.Ok);
        });
}
