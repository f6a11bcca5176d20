using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cim.Compiler.Search.Space;
using Cim.Runtime;

namespace Cim.Compiler.Search;

/// <summary>Tells how a search is getting on, one line an evaluation, and keeps the best policy so far in a file.</summary>
internal sealed class SearchReporter(
    PolicySearch search, string name, double widest, string? policyOutput, IProgress<string>? progress) : IProgress<SearchProgress>
{
    private Trial? _saved;

    public void Report(SearchProgress value)
    {
        if (policyOutput is not null && value.Best is { } best && best != _saved)
        {
            Save(search, best.Policy.AsSpan(), policyOutput);
            _saved = best;
        }

        string found = value.Best is { } b
            ? string.Create(
                CultureInfo.InvariantCulture, $"best {widest / b.Cost:F2}x cheaper than 8 bits, taking {b.Loss:F2} points of the budget")
            : "nothing within the budget yet";
        string episodes = value.Episodes > 0 ? string.Create(CultureInfo.InvariantCulture, $", {value.Episodes:N0} episodes") : "";
        progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"{name} search: evaluation {value.Evaluation} of {value.Evaluations}{episodes}, {found}, front {value.FrontPoints} points, "
                + $"{value.Left.TotalSeconds:F0} s left"));
    }

    /// <summary>Writes a policy as <c>--policy</c> reads it.</summary>
    public static void Save(PolicySearch search, ReadOnlySpan<int> policy, string path)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            search.ToPolicy(policy).WriteTo(json);
            json.WriteEndObject();
        }

        AtomicFile.Write(path, stream =>
        {
            stream.Write(text.ToArray());
            stream.Write("\n"u8);
        });
    }
}
