using System.Security.Cryptography;

// Does what the environment variable CIM_FAKE asks for; by default compiles any model to three bytes with one warning.
string[] words = [.. args.SelectMany(Expand)];
string model = words[1];
bool locksOnly = words.Contains("--lock-only");
string output = words[Array.IndexOf(words, locksOnly ? "--lock" : "-o") + 1];
string report = words[Array.IndexOf(words, "--report") + 1];
if (Environment.GetEnvironmentVariable("CIM_FAKE_LOG") is { } log)
    File.AppendAllText(log, model + (locksOnly ? " lock" : "") + (words.Contains("--force-evaluate") ? " forced" : "")
        + (Array.IndexOf(words, "--engine-packages") is >= 0 and var at ? $" --engine-packages {words[at + 1]}" : "") + "\n");

string original = File.ReadAllText(model);
string mode = Environment.GetEnvironmentVariable("CIM_FAKE") ?? "";
// Somebody puts another model there before it is read, and perhaps the first one back afterwards.
if (mode is "swap" or "swap and back") File.WriteAllText(model, "another");
if (words.Contains("--dependencies"))
{
    string[] read = [.. args.Where(a => a.StartsWith('@')).SelectMany(a => File.ReadAllLines(a[1..])).Where(l => l.StartsWith("# Input "))
        .Select(l => l.Split(' ', 4)[3]), model];
    File.WriteAllLines(words[Array.IndexOf(words, "--dependencies") + 1],
        read.Distinct().Select(
        f => $"{(File.Exists(f) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))) : "absent")}  {f}"));
}
if (mode == "swap and back") File.WriteAllText(model, original);

switch (mode)
{
    case "error":
        Console.Error.WriteLine($"{model}(3,4): error CIM0003: Unsupported operators: Loop.");
        return 1;
    case "crash":
        Console.Error.WriteLine("about to go");
        return 77;
    case "nothing":
        return 0;
    case "progress":
        for (int i = 1; i <= 3; i++)
        {
            Thread.Sleep(1100);
            Console.Error.WriteLine($"[   {i}.5 s, about {30 - i} s left] searching precisions: {i} of 3, best 2.5x");
        }
        break;
    case "slow":
        Thread.Sleep(2000);
        break;
    case "hang":
        File.WriteAllText(output + ".half", "half");
        Console.Error.WriteLine("hanging");
        new ManualResetEvent(false).WaitOne();
        return 0;
}
if (locksOnly)
{
    Console.Error.WriteLine("Searching");
    File.WriteAllText(output, "{}");
    return 0;
}
if (words.Contains("--lock") && words[Array.IndexOf(words, "--lock") + 1] is var lockFile && !File.Exists(lockFile))
{
    Directory.CreateDirectory(Path.GetDirectoryName(lockFile)!);
    File.WriteAllText(lockFile, "{}");
}
if (words.Contains("--export-qdq")) File.WriteAllText(words[Array.IndexOf(words, "--export-qdq") + 1], "qdq");
Console.Error.WriteLine("Calibrating");
Console.Error.WriteLine($"{model}(1,1): warning CIM3001: No calibration data.");
Directory.CreateDirectory(report);
File.WriteAllText(Path.Combine(report, "report.json"), """
    { "schema": 1, "accuracyFloat": 0.9, "accuracyCompiled": 0.8, "cost": { "latencyNs": 1234.5, "energyPj": 6e3, "arrays": 7 } }
    """);
File.WriteAllText(Path.Combine(report, "report.html"), "<p>");
File.WriteAllBytes(output, [1, 2, 3]);
return 0;

// The build quotes every value of a response file, and comments start with '#'.
static IEnumerable<string> Expand(string argument) => !argument.StartsWith('@') ? [argument]
    : File.ReadAllLines(argument[1..]).Where(line => !line.StartsWith('#'))
        .SelectMany(line => line.StartsWith('"') ? [line] : line.Split(' ', 2)).Select(word => word.Trim('"'));
