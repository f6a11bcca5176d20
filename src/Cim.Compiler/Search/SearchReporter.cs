using System.Globalization;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>Reports the state of a search, one line an evaluation, and saves the best policy so far in a file.</summary>
internal sealed class SearchReporter(
    PolicySearch search, string name, double widest, string? policyOutput, IProgress<string>? progress) : IProgress<SearchProgress>
{
    private Trial? _saved;

    public void Report(SearchProgress value)
    {
        if (policyOutput is not null && value.Best is { } best && best != _saved)
        {
            PolicyFile.Write(search.ToPolicy(best.Policy.AsSpan()), policyOutput);
            _saved = best;
        }

        search.Options.Remaining?.Invoke(value.Left);
        string found = value.Best is { } b
            ? string.Create(
                CultureInfo.InvariantCulture, $"best {widest / b.Cost:F2}x cheaper than 8 bits, taking {b.Loss:F2} points of the budget")
            : "nothing within the budget yet";
        string episodes = value.Episodes > 0 ? string.Create(CultureInfo.InvariantCulture, $", {value.Episodes:N0} episodes") : "";
        progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"Search {name}: evaluation {value.Evaluation} of {value.Evaluations}{episodes}, {found}, "
                + $"front {value.FrontPoints} points"));
    }
}
