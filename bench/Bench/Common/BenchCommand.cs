using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cim.Runtime;

namespace Cim.Bench.Common;

/// <summary>A command that measures: its options, and the exit code and message for every outcome.</summary>
internal abstract class BenchCommand : Command
{
    private readonly string _topic;

    private readonly Option<string?> _output = new("--out")
    {
        Description = "The folder of the results; default: bench/results/<topic>.",
    };

    /// <summary>Creates the command with the options that all have.</summary>
    /// <param name="name">What the user types.</param>
    /// <param name="topic">The folder of the results.</param>
    /// <param name="description">The question that is answered.</param>
    protected BenchCommand(string name, string topic, string description)
        : base(name, description)
    {
        _topic = topic;
        Options.Add(_output);
        SetAction(InvokeAsync);
    }

    /// <summary>Measures.</summary>
    protected abstract Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation);

    /// <summary>An option with a default value.</summary>
    protected Option<T> Add<T>(string name, T initial, string description)
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => initial };
        Options.Add(option);
        return option;
    }

    /// <summary>An option of values separated by commas.</summary>
    /// <param name="name">What the user types.</param>
    /// <param name="initial">The default, as the user would type it.</param>
    /// <param name="description">For the help.</param>
    /// <param name="known">The values there are; empty for any.</param>
    protected Option<T[]> AddList<T>(string name, string initial, string description, params T[] known)
        where T : IParsable<T>
    {
        var option = new Option<T[]>(name)
        {
            Description = known.Length == 0 ? description : $"{description} [{string.Join(", ", known)}]",
            DefaultValueFactory = _ => [.. Split(initial).Select(text => T.Parse(text, CultureInfo.InvariantCulture))],
            CustomParser = result => Parse(result, known),
        };
        Options.Add(option);
        return option;
    }

    private static T[]? Parse<T>(ArgumentResult result, T[] known)
        where T : IParsable<T>
    {
        var values = new List<T>();
        foreach (string text in result.Tokens.SelectMany(token => Split(token.Value)))
        {
            if (!T.TryParse(text, CultureInfo.InvariantCulture, out T? value))
                result.AddError($"'{text}' is not a value of this list.");
            else if (known.Length > 0 && !known.Contains(value))
                result.AddError($"'{text}' is unknown; there are {string.Join(", ", known)}.");
            else
                values.Add(value);
        }

        return [.. values];
    }

    private static string[] Split(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task<int> InvokeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(parsed, BenchRun.Of(parsed, _topic, parsed.GetValue(_output)), cancellation);
            return 0;
        }
        catch (Exception exception) when (exception is BenchException or CimException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"bench: {exception.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("bench: cancelled");
            return 130;
        }
    }
}
