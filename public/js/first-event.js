// The languages of the snippet. Alpine's CSP build: names only, no expressions.
document.addEventListener("alpine:init", () => {
  Alpine.data("snippets", () => ({
    language: "curl",
    choose() {
      this.language = this.$el.dataset.language;
    },
    pressed() {
      return String(this.$el.dataset.language === this.language);
    },
    unchosen() {
      return this.$el.dataset.language !== this.language;
    },
    copied() {
      return `#snippet-${this.language}`;
    },
  }));
});
