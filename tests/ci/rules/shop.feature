Feature: rules a shop's plan must keep

  Scenario: categories have a path
    Given I have category defined
    Then it must contain rewrite_url

  Scenario: webhooks go to addresses of the web
    Given I have webhook defined
    Then it must contain url
    And its value must match the "^https?://" regex

  Scenario: redirects are permanent or temporary, nothing else
    Given I have redirect defined
    When it has status
    Then it must contain status
    And its value must match the "^30[12]$" regex
