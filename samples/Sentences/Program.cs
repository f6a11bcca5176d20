using Microsoft.ML.Tokenizers;
using Sentences;

string folder = AppContext.BaseDirectory;
using FileStream vocabulary = File.OpenRead(Path.Combine(folder, "vocab.txt"));
BertTokenizer tokenizer = BertTokenizer.Create(vocabulary);
string[][] pairs = [.. File.ReadLines(Path.Combine(folder, "questions.tsv")).Select(line => line.Split('\t'))];
string[] questions = [.. pairs.Select(pair => pair[0])], sentences = [.. pairs.Select(pair => pair[1])];
Tokens library = Tokens.Of(tokenizer, sentences);

if (args is ["--calibration", var file])
{
    // Every third: what is searched in is known beforehand, the questions are not.
    CalibrationFile.Write(file, Tokens.Of(tokenizer, [.. sentences.Where((_, i) => i % 3 == 0)]));
    return;
}

Embeddings known = Embed(library);
if (args is [var own])
{
    (int answer, float cosine) = known.Nearest(Embed(Tokens.Of(tokenizer, [own]))[0]);
    Console.WriteLine($"{cosine:F2}  {sentences[answer]}");
    return;
}

Tokens askedTokens = Tokens.Of(tokenizer, questions);
Embeddings asked = Embed(askedTokens);
for (int i = 0; i < questions.Length; i += 50)
    Console.WriteLine($"{questions[i]}\n    {sentences[known.Nearest(asked[i]).Sentence]}");

using var network = new FloatNetwork(Path.Combine(folder, "model.onnx"));
Embeddings knownFloat = network.Embed(library), askedFloat = network.Embed(askedTokens);
int same = 0, right = 0, rightFloat = 0, sameAmong = 0;
for (int i = 0; i < questions.Length; i++)
{
    int found = known.Nearest(asked[i]).Sentence, foundFloat = knownFloat.Nearest(askedFloat[i]).Sentence;
    if (found == foundFloat) same++;
    if (found == i) right++;
    if (foundFloat == i) rightFloat++;
    if (known.Nearest(known[i], except: i).Sentence == knownFloat.Nearest(knownFloat[i], except: i).Sentence) sameAmong++;
}

Console.WriteLine($"{MiniLm.Info.Hardware}, {MiniLm.DefaultOptions.Fidelity.ToString().ToLowerInvariant()}: {MiniLm.Info.Cost}");
Console.WriteLine($"answer found          {Share(right)}, by the float network {Share(rightFloat)}");
Console.WriteLine($"same answer           {Share(same)} of {questions.Length} questions");
Console.WriteLine($"same nearest sentence {Share(sameAmong)} of {sentences.Length} sentences that resemble each other little");

string Share(int count) => $"{100.0 * count / questions.Length:F1} %";

static Embeddings Embed(Tokens tokens) => Embeddings.Of(
    MiniLm.Shared.RunBatch(tokens.Ids, tokens.Mask, tokens.Types, tokens.Count).LastHiddenState, tokens);
